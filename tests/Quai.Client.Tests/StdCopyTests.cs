using System.Text;
using Quai.Client.Streams;
using Xunit;

namespace Quai.Client.Tests;

/// <summary>The stream of a container without a terminal, in pieces of any size.</summary>
public sealed class StdCopyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void FramesAreTakenApart(int piece)
    {
        byte[] wire = [1, 0, 0, 0, 0, 0, 0, 3, .. "out"u8, 2, 0, 0, 0, 0, 0, 0, 4, .. "err!"u8, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, .. "x"u8];
        int at = 0;
        var output = new MemoryStream();
        var error = new MemoryStream();
        StdCopy.Copy(buffer =>
        {
            int count = Math.Min(Math.Min(piece, buffer.Length), wire.Length - at);
            wire.AsSpan(at, count).CopyTo(buffer);
            at += count;
            return count;
        }, output, error);
        Assert.Equal("outx", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("err!", Encoding.UTF8.GetString(error.ToArray()));
    }

    [Fact]
    public void AnUnknownFrameIsRefused() => Assert.Throws<ConnectionException>(() => StdCopy.Copy(b =>
    {
        b.Fill(9);
        return b.Length;
    }, Stream.Null, Stream.Null));
}
