using System.Net.Sockets;
using System.Text;

namespace Quai.Daemon.Tests;

/// <summary>A client that sees every byte.</summary>
internal static class RawClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task SendTextAsync(this Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text), SocketFlags.None);

    /// <summary>Reads up to and with the empty line after the header.</summary>
    public static async Task<string> ReadHeaderAsync(this Stream stream)
    {
        var header = new StringBuilder();
        byte[] one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await stream.ReadAsync(one).AsTask().WaitAsync(Patience));
            header.Append((char)one[0]);
        }

        return header.ToString();
    }

    /// <summary>Reads to the end.</summary>
    public static async Task<byte[]> ReadToEndAsync(this Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all).WaitAsync(Patience);
        return all.ToArray();
    }

    public static async Task<string> ReadTextToEndAsync(this Stream stream) => Encoding.ASCII.GetString(await stream.ReadToEndAsync());

    public static Task WithinAsync(this Task task) => task.WaitAsync(Patience);
}
