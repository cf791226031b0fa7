using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>One thing changed in something correct.</summary>
internal static class Bend
{
    /// <summary>A member of the credential, or of its response: "id", "response.signature".</summary>
    internal static Lies Json(string path, JsonNode? value) => new() { Json = json => Change(json, path, value) };

    internal static Lies JsonWithout(string path) => new() { Json = json => Parent(json, path).Remove(path.Split('.')[^1]) };

    /// <summary>A member of the client data, before they are hashed and signed.</summary>
    internal static Lies ClientData(string path, JsonNode? value) => new() { ClientData = bytes => Edit(bytes, json => Change(json, path, value)) };

    internal static Lies ClientDataWithout(string path) => new() { ClientData = bytes => Edit(bytes, json => Parent(json, path).Remove(path)) };

    /// <summary>The parts of the attestation object, put together anew.</summary>
    internal static Lies Parts(Func<(string Name, byte[] Value)[], (string Name, byte[] Value)[]> change)
        => new() { AttestationObject = bytes => Cbor.Map(change(Split(bytes))) };

    internal static Lies Part(string name, byte[] value) => Parts(parts => [.. parts.Select(part => part.Name == name ? (name, value) : part)]);

    internal static Lies WithoutPart(string name) => Parts(parts => [.. parts.Where(part => part.Name != name)]);

    /// <summary>A member of the attestation statement.</summary>
    internal static Lies Member(string name, byte[] value)
        => new() { StatementMembers = members => [.. members.Select(member => member.Name == name ? (name, value) : member)] };

    internal static Lies WithoutMember(string name) => new() { StatementMembers = members => [.. members.Where(member => member.Name != name)] };

    /// <summary>A signature that is well-formed and wrong.</summary>
    internal static Lies Signature => new() { Signature = Flip };

    internal static byte[] Flip(byte[] signature)
    {
        byte[] changed = [.. signature];
        changed[^1] ^= 1;
        return changed;
    }

    private static byte[] Edit(byte[] bytes, Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(bytes)!.AsObject();
        edit(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static void Change(JsonObject json, string path, JsonNode? value) => Parent(json, path)[path.Split('.')[^1]] = value?.DeepClone();

    private static JsonObject Parent(JsonObject json, string path)
        => path.Contains('.', StringComparison.Ordinal) ? json[path.Split('.')[0]]!.AsObject() : json;

    /// <summary>The software authenticator writes fmt, attStmt, authData, in this order.</summary>
    private static (string Name, byte[] Value)[] Split(byte[] bytes)
    {
        var format = 1 + Cbor.Text("fmt").Length;
        var statement = bytes.AsSpan().IndexOf(Cbor.Text("attStmt"));
        var data = bytes.AsSpan().LastIndexOf(Cbor.Text("authData"));
        return
        [
            ("fmt", bytes[format..statement]),
            ("attStmt", bytes[(statement + Cbor.Text("attStmt").Length)..data]),
            ("authData", bytes[(data + Cbor.Text("authData").Length)..]),
        ];
    }
}
