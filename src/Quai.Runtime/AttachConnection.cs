using System.Net.Sockets;

namespace Quai.Runtime;

/// <summary>
/// A client's end of a program's streams, ready to be copied to an Engine API client byte for byte:
/// reading returns Docker's multiplexed frames (8-byte header: stream, 0, 0, 0, length in big-endian; then the data),
/// or the terminal's plain bytes if the program has one; end-of-file when all output has been read.
/// Writing feeds stdin; <see cref="CompleteWriting"/> closes it.
/// </summary>
public sealed class AttachConnection(Socket socket) : IAsyncDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    /// <summary>The bytes, both ways.</summary>
    public Stream Stream => _stream;

    /// <summary>The underlying socket, for copying without a stream in between.</summary>
    public Socket Socket => socket;

    /// <summary>Closes the program's stdin.</summary>
    public void CompleteWriting()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The program has ended; nobody reads.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
