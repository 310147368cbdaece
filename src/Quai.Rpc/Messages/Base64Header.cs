namespace Quai.Rpc.Messages;

/// <summary>Values of headers whose name ends with <c>-bin</c>: base 64, as gRPC has it with or without the padding.</summary>
internal static class Base64Header
{
    /// <summary>Writes one, without padding.</summary>
    public static string Write(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Reads one; null where it is malformed.</summary>
    public static byte[]? Read(string text)
    {
        string padded = text.PadRight((text.Length + 3) & ~3, '=');
        byte[] bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out int length) ? bytes[..length] : null;
    }
}
