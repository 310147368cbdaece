using System.Threading.Channels;
using Quai.Networks.Ipam.Dhcp;
using Quai.Networks.Ipam.Dhcp.Messages;
using Quai.Networks.Tests.Dns;

namespace Quai.Networks.Tests.Dhcp;

/// <summary>A network on which a server answers at once. A client that waits for nothing lets time pass.</summary>
internal sealed class FakeLinks(TestDhcpServer server, ManualTime time) : IDhcpLinks
{
    public byte[] HardwareOf(string parent) => [0x02, 0, 0, 0, 0, 0x01];

    public Task<IDhcpLink> OpenAsync(string parent, uint transaction) => Task.FromResult<IDhcpLink>(new Link(server, time));

    private sealed class Link(TestDhcpServer server, ManualTime time) : IDhcpLink
    {
        private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();

        public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
        {
            if (server.Answer(frame.Span) is { } answer)
            {
                _frames.Writer.TryWrite(answer);
            }

            return ValueTask.CompletedTask;
        }

        public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
        {
            if (!_frames.Reader.TryPeek(out _))
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
            }

            cancellation.ThrowIfCancellationRequested();
            if (!_frames.Reader.TryRead(out byte[]? frame))
            {
                return 0;
            }

            await Task.Yield();
            frame.CopyTo(buffer);
            return frame.Length;
        }

        public void Dispose()
        {
        }
    }
}
