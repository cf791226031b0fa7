using System.Diagnostics;
using System.Security.Cryptography;

namespace Moi.Identity.LoadGenerator;

/// <summary>How fast this machine is at this moment: what the platform takes to verify one ES256 signature with a key that it has imported.</summary>
/// <remarks>
/// Figures of different machines, or of one that is shared with others, are compared by it. Processor time, so that a machine that is
/// busy with something else does not count as a slow one.
/// </remarks>
internal static class Yardstick
{
    private const int Rounds = 4000;

    internal static double MicrosecondsPerVerification()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var data = RandomNumberGenerator.GetBytes(200);
        var signature = key.SignData(data, HashAlgorithmName.SHA256);
        Verify(key, data, signature, Rounds / 10);
        var before = Environment.CpuUsage.TotalTime;
        Verify(key, data, signature, Rounds);
        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / Rounds;
    }

    private static void Verify(ECDsa key, byte[] data, byte[] signature, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            if (!key.VerifyData(data, signature, HashAlgorithmName.SHA256))
            {
                throw new UnreachableException("The platform refuses its own signature.");
            }
        }
    }
}
