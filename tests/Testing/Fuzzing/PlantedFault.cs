namespace Moi.Identity.Testing;

/// <summary>A parser with a fault on purpose, behind conditions that chance alone does not meet.</summary>
/// <remarks>It stands here, outside the engine, so that a test can show each time that the fuzzer finds what is there.</remarks>
public static class PlantedFault
{
    /// <summary>Reads a byte whose place the input says.</summary>
    public static int Read(byte[] input)
    {
        if (input.Length > 8 && input[0] == 0x4D && input[1] == 0x4F)
        {
            var length = input[2];
            if (input[3] == 0x49 && length > 0x20)
            {
                // The fault: the length is the sender's.
                return input[4 + length];
            }
        }

        return 0;
    }
}
