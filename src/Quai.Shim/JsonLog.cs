using Quai.Linux;
using Quai.Linux.Kernel;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>
/// The container's log in Docker's json-file format: one object per line, {"log":"…","stream":"stdout","time":"…"}.
/// A line longer than 16 KiB is written in parts, as Docker does. Rotated by size: path, path.1, path.2 ….
/// </summary>
internal static unsafe class JsonLog
{
    private const int LineSize = 16 * 1024, OutputSize = 192 * 1024, FlushAt = 64 * 1024, PushAt = 1 << 20;
    private const int SYNC_FILE_RANGE_WAIT_BEFORE = 1, SYNC_FILE_RANGE_WRITE = 2, SYNC_FILE_RANGE_WAIT_AFTER = 4;

    private static byte* _path, _lines, _output;
    private static long _limit, _size, _pushed, _pushedBefore;
    private static int _files, _descriptor = -1, _used;
    private static int _length0, _length1;

    /// <summary>Opens the log for appending.</summary>
    public static bool Open(byte* path, long limit, int files)
    {
        _path = path;
        _limit = limit;
        _files = files;
        _lines = Memory.Map(2 * LineSize);
        _output = Memory.Map(OutputSize);
        return OpenFile();
    }

    /// <summary>Takes output of stream 0 (stdout) or 1 (stderr), and writes all complete lines.</summary>
    public static void Take(int stream, byte* data, int length)
    {
        if (_descriptor < 0)
        {
            return;
        }

        byte* line = _lines + (stream * LineSize);
        int have = stream == 0 ? _length0 : _length1;
        int at = 0;
        while (at < length)
        {
            int newline = new ReadOnlySpan<byte>(data + at, length - at).IndexOf((byte)'\n');
            int end = newline < 0 ? length : at + newline + 1;
            int part = Math.Min(end - at, LineSize - have);
            if (have == 0 && part == end - at && newline >= 0)
            {
                // Complete lines straight from the buffer.
                Write(stream, data + at, part);
                at = end;
                continue;
            }

            Buffer.MemoryCopy(data + at, line + have, LineSize - have, part);
            have += part;
            at += part;
            if (have == LineSize || line[have - 1] == (byte)'\n')
            {
                Write(stream, line, have);
                have = 0;
            }
        }

        if (stream == 0)
        {
            _length0 = have;
        }
        else
        {
            _length1 = have;
        }

        Flush();
    }

    /// <summary>Writes what is left of unfinished lines.</summary>
    public static void Finish()
    {
        if (_descriptor < 0)
        {
            return;
        }

        if (_length0 > 0)
        {
            Write(0, _lines, _length0);
        }

        if (_length1 > 0)
        {
            Write(1, _lines + LineSize, _length1);
        }

        _length0 = _length1 = 0;
        Flush();
    }

    private static bool OpenFile()
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)_path, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_APPEND | OpenFlags.O_CLOEXEC, 0x1A0);
        _descriptor = fd < 0 ? -1 : (int)fd;
        _size = fd < 0 ? 0 : Quick(Lseek, fd, 0, 2);
        _pushed = _pushedBefore = _size;
        return fd >= 0;
    }

    private static int Lseek => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? 8 : 62;

    private static void Write(int stream, byte* text, int length)
    {
        // Escaped, a byte takes at most six.
        if (_used + (length * 6) + 128 > OutputSize || _used > FlushAt || (_limit > 0 && _used > 0 && _size + _used >= _limit))
        {
            Flush();
        }

        Add("{\"log\":\""u8);
        Escape(text, length);
        Add(stream == 0 ? "\",\"stream\":\"stdout\",\"time\":\""u8 : "\",\"stream\":\"stderr\",\"time\":\""u8);
        Clock.Write(_output, ref _used);
        Add("\"}\n"u8);
    }

    private static void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(new Span<byte>(_output + _used, text.Length));
        _used += text.Length;
    }

    /// <summary>As Go writes JSON strings: quotes, controls, &lt; &gt; &amp; and U+2028/9 escaped, bytes that are not UTF-8 replaced.</summary>
    private static void Escape(byte* text, int length)
    {
        for (int i = 0; i < length;)
        {
            byte b = text[i];
            if (b < 0x80)
            {
                i++;
                switch (b)
                {
                    case (byte)'"': Add("\\\""u8); break;
                    case (byte)'\\': Add("\\\\"u8); break;
                    case (byte)'\n': Add("\\n"u8); break;
                    case (byte)'\r': Add("\\r"u8); break;
                    case (byte)'\t': Add("\\t"u8); break;
                    case < 0x20 or (byte)'<' or (byte)'>' or (byte)'&':
                        Add("\\u00"u8);
                        _output[_used++] = Hex(b >> 4);
                        _output[_used++] = Hex(b & 15);
                        break;
                    default: _output[_used++] = b; break;
                }

                continue;
            }

            int size = Sequence(text + i, length - i);
            if (size == 0)
            {
                Add("\\ufffd"u8);
                i++;
            }
            else if (size == 3 && b == 0xE2 && text[i + 1] == 0x80 && (text[i + 2] & 0xFE) == 0xA8)
            {
                Add(text[i + 2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8);
                i += 3;
            }
            else
            {
                for (int end = i + size; i < end; i++)
                {
                    _output[_used++] = text[i];
                }
            }
        }
    }

    /// <summary>Length of the UTF-8 sequence that begins here, 0 if it is invalid.</summary>
    private static int Sequence(byte* at, int left)
    {
        byte b = at[0];
        int size = b is >= 0xC2 and <= 0xDF ? 2 : b is >= 0xE0 and <= 0xEF ? 3 : b is >= 0xF0 and <= 0xF4 ? 4 : 0;
        if (size == 0 || size > left)
        {
            return 0;
        }

        for (int i = 1; i < size; i++)
        {
            if ((at[i] & 0xC0) != 0x80)
            {
                return 0;
            }
        }

        bool bad = (b == 0xE0 && at[1] < 0xA0) || (b == 0xED && at[1] > 0x9F) || (b == 0xF0 && at[1] < 0x90) || (b == 0xF4 && at[1] > 0x8F);
        return bad ? 0 : size;
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);

    private static void Flush()
    {
        int at = 0;
        while (at < _used)
        {
            long written = Waiting(SystemCallNumber.Write, _descriptor, (long)(_output + at), _used - at);
            if (written == -Errno.EINTR)
            {
                continue;
            }

            if (written < 0)
            {
                // A full disk: these lines are lost, the container keeps running.
                break;
            }

            at += (int)written;
            _size += written;
        }

        if (_size - _pushed >= PushAt)
        {
            Push();
        }

        _used = 0;
        if (_limit > 0 && _size >= _limit)
        {
            Rotate();
        }
    }

    /// <summary>
    /// Starts writing back what was written, and waits until the previous part is on disk: a container that floods its log goes as fast as the disk,
    /// and others that sync theirs never wait for gigabytes of it.
    /// </summary>
    private static void Push()
    {
        Waiting(
            SystemCallNumber.SyncFileRange, _descriptor, _pushedBefore, _pushed - _pushedBefore,
            SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
        Waiting(SystemCallNumber.SyncFileRange, _descriptor, _pushed, _size - _pushed, SYNC_FILE_RANGE_WRITE);
        _pushedBefore = _pushed;
        _pushed = _size;
    }

    private static void Rotate()
    {
        Quick(SystemCallNumber.Close, _descriptor);
        byte* from = stackalloc byte[4400];
        byte* to = stackalloc byte[4400];
        for (int n = _files - 1; n >= 1; n--)
        {
            Name(from, n - 1);
            Name(to, n);
            Quick(SystemCallNumber.Renameat, OpenFlags.AT_FDCWD, (long)from, OpenFlags.AT_FDCWD, (long)to);
        }

        if (_files <= 1)
        {
            Quick(SystemCallNumber.Unlinkat, OpenFlags.AT_FDCWD, (long)_path, 0);
        }

        OpenFile();
    }

    private static void Name(byte* buffer, int number)
    {
        int at = 0;
        while (_path[at] != 0 && at < 4300)
        {
            buffer[at] = _path[at];
            at++;
        }

        if (number > 0)
        {
            buffer[at++] = (byte)'.';
            if (number >= 100)
            {
                buffer[at++] = (byte)('0' + (number / 100 % 10));
            }

            if (number >= 10)
            {
                buffer[at++] = (byte)('0' + (number / 10 % 10));
            }

            buffer[at++] = (byte)('0' + (number % 10));
        }

        buffer[at] = 0;
    }
}
