using System.Text;
using Quai.Cli.Formatting;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Terminals;

namespace Quai.Cli.Streams;

/// <summary>
/// Standard output or error, written at once. All text that the client prints goes through here: on a terminal nothing in it controls the terminal
/// (<see cref="Printable"/>); elsewhere it is left as it is, in UTF-8, as Docker leaves it. Bytes are a program's own output (logs, attach, exec, archives) and
/// written unchanged in both cases.
/// </summary>
internal sealed class Output(int fd) : Stream
{
    /// <summary>The descriptor.</summary>
    public int Descriptor { get; } = fd;

    /// <summary>Whether it is a terminal.</summary>
    public bool IsTerminal { get; } = Terminal.IsTerminal(fd);

    /// <summary>Writes text.</summary>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(IsTerminal ? Printable.Text(text) : text));

    /// <summary>Writes texts from others, each on one line: on a terminal their line feeds are escaped, so that they cannot fake further lines.</summary>
    public void WriteRows(params IEnumerable<string> rows)
    {
        var text = new StringBuilder();
        foreach (string row in rows)
        {
            text.Append(IsTerminal ? Printable.Line(row) : row).Append('\n');
        }

        Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Draws on a terminal.</summary>
    public void Draw(Drawing drawing) => Write(Encoding.UTF8.GetBytes(drawing.ToString()));

    /// <summary>Writes text and a line feed.</summary>
    public void WriteLine(string text) => Write(text + "\n");

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> data)
    {
        try
        {
            Terminal.Write(Descriptor, data);
        }
        catch (LinuxException error) when (error.Errno == Errno.EPIPE && Descriptor is 1 or 2)
        {
            // Behaves like a program ended by SIGPIPE: the reader is gone and wants no message.
            Environment.Exit(141);
        }
        catch (LinuxException error)
        {
            throw new QuaiException(ErrorKind.System, $"write /dev/std{(Descriptor == 1 ? "out" : "err")}: {Errno.Message(error.Errno)}", error);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Standard input as a stream. One that was closed when the program was started has nothing in it.</summary>
internal sealed class Input : Stream
{
    private static readonly bool s_isGiven = Terminal.IsGiven(0);

    /// <summary>Whether it is a terminal.</summary>
    public static bool IsTerminal => Terminal.IsTerminal(0);

    /// <summary>Reads from it; 0 at its end.</summary>
    public static int ReadNext(Span<byte> buffer) => s_isGiven ? Terminal.Read(0, buffer) : 0;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => ReadNext(buffer);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadNext(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
