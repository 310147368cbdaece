using System.Buffers.Binary;
using System.Text;

namespace Quai.Engine.Tests;

/// <summary>Takes Docker's stream frames apart.</summary>
internal static class Frames
{
    public static string Text(byte[] bytes, bool tty)
    {
        if (tty)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new MemoryStream();
        for (int at = 0; at < bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 4));
            text.Write(bytes, at + 8, length);
            at += 8 + length;
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
