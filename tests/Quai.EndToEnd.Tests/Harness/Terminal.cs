using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>
/// A program at a terminal of its own: the test holds the master side, the program has the other as its controlling terminal
/// (<c>setsid --ctty</c> of util-linux does that). What it prints is read here as a user would see it, <c>\r\n</c> and all.
/// </summary>
public sealed partial class Terminal : IAsyncDisposable
{
    private const int O_RDWR = 2;
    private const int O_NOCTTY = 0x100;
    private const int O_CLOEXEC = 0x80000;
    private const nuint TIOCSWINSZ = 0x5414;

    private readonly SafeFileHandle _master;
    private readonly FileStream _stream;
    private readonly RunningCommand _command;
    private readonly Thread _reader;
    private readonly StringBuilder _screen = new();
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changed = new(0);

    private Terminal(SafeFileHandle master, RunningCommand command)
    {
        _master = master;
        _stream = new FileStream(master, FileAccess.ReadWrite, 0);
        _command = command;
        _reader = new Thread(Read) { IsBackground = true, Name = "terminal" };
        _reader.Start();
    }

    /// <summary>Everything shown so far.</summary>
    public string Screen
    {
        get
        {
            lock (_gate)
            {
                return _screen.ToString();
            }
        }
    }

    /// <summary>Starts a program at a new terminal of this size.</summary>
    public static Terminal Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, ushort rows = 24, ushort columns = 80)
    {
        SafeFileHandle master = PosixOpenPt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        Span<byte> name = stackalloc byte[64];
        if (master.IsInvalid || GrantPt(master) != 0 || UnlockPt(master) != 0 || PtsName(master, ref MemoryMarshal.GetReference(name), (nuint)name.Length) != 0)
        {
            throw new InvalidOperationException($"no terminal: errno {Marshal.GetLastPInvokeError()}");
        }

        string path = Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
        SetSize(master, rows, columns);
        string[] words = ["-c", $"exec setsid --ctty --wait \"$@\" <{path} >{path} 2>&1", "sh", program, .. arguments];
        return new Terminal(master, RunningCommand.Start("/bin/sh", words, environment));
    }

    /// <summary>Types a text.</summary>
    public async Task TypeAsync(string text)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await _stream.FlushAsync();
    }

    /// <summary>Makes the window another size; the program gets SIGWINCH.</summary>
    public void Resize(ushort rows, ushort columns) => SetSize(_master, rows, columns);

    /// <summary>Waits until the screen shows a text, and gives the screen.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!Screen.Contains(text, StringComparison.Ordinal))
        {
            try
            {
                await _changed.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"the terminal never showed '{text}' but\n{Screen.Replace("\r", "\\r")}");
            }
        }

        return Screen;
    }

    /// <summary>Waits for the program's end and gives its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        CommandResult result = await _command.WaitForExitAsync();
        // The last bytes may still be on their way; the master reads EIO when no one has the other side open any more.
        await Task.Run(() => _reader.Join(TimeSpan.FromSeconds(10)));
        return result.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _stream.DisposeAsync();
        _master.Dispose();
    }

    private static void SetSize(SafeFileHandle terminal, ushort rows, ushort columns)
    {
        var size = new WindowSize { Rows = rows, Columns = columns };
        if (Ioctl(terminal, TIOCSWINSZ, ref size) != 0)
        {
            throw new InvalidOperationException($"TIOCSWINSZ: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    private void Read()
    {
        byte[] buffer = new byte[4096];
        Decoder decoder = Encoding.UTF8.GetDecoder();
        char[] characters = new char[4096];
        try
        {
            int count;
            while ((count = _stream.Read(buffer)) > 0)
            {
                int decoded = decoder.GetChars(buffer, 0, count, characters, 0);
                lock (_gate)
                {
                    _screen.Append(characters, 0, decoded);
                }

                _changed.Release();
            }
        }
        catch (IOException)
        {
            // EIO: the other side is closed for good.
        }
        catch (ObjectDisposedException)
        {
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial SafeFileHandle PosixOpenPt(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int GrantPt(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int UnlockPt(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int PtsName(SafeFileHandle master, ref byte name, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle terminal, nuint request, ref WindowSize size);
}
