using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Plans.Logging;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim.Logging;

/// <summary>
/// The container's log in Docker's json-file format: one object per line, {"log":"…","stream":"stdout","time":"…"}.
/// Rotated by size: see <see cref="Rotation"/>.
/// </summary>
internal static unsafe class JsonLog
{
    private const int FlushAt = 64 * 1024, PushAt = 1 << 20, Overhead = 128;
    private const int SYNC_FILE_RANGE_WAIT_BEFORE = 1, SYNC_FILE_RANGE_WRITE = 2, SYNC_FILE_RANGE_WAIT_AFTER = 4;

    private static byte* _path;
    private static ByteBuffer _output;
    private static LogPlan* _plan;
    private static long _limit, _size, _pushed, _pushedBefore;
    private static int _files, _descriptor = -1;

    /// <summary>Opens the log for appending.</summary>
    /// <param name="path">Where.</param>
    /// <param name="limit">How many bytes a file may have before the next is begun; 0 for any number.</param>
    /// <param name="files">How many files are kept.</param>
    /// <param name="plan">What else is to be known of the log; null for nothing.</param>
    public static void Open(byte* path, long limit, int files, LogPlan* plan)
    {
        _path = path;
        _limit = limit;
        _files = files;
        _plan = plan;
        int attributes = plan == null ? 0 : plan->AttributesLength;
        int capacity = FlushAt + (ContainerLog.LineSize * JsonText.Widest) + Overhead + attributes;
        _output = new ByteBuffer(Memory.Map(capacity), capacity);
        OpenFile();
    }

    /// <summary>Writes a line or a part of one; see <see cref="Flush"/>.</summary>
    public static void Write(in LogPiece piece)
    {
        if (_descriptor < 0)
        {
            return;
        }

        if (_output.Length > FlushAt || (_limit > 0 && _output.Length > 0 && _size + _output.Length >= _limit)
            || _output.Left < (piece.Length * JsonText.Widest) + Overhead + (_plan == null ? 0 : _plan->AttributesLength))
        {
            Flush();
        }

        _output.Add("{\"log\":\""u8);
        JsonText.Escape(ref _output, piece.Text, piece.Length);
        if (piece.Ended)
        {
            _output.Add("\\n"u8);
        }

        _output.Add(piece.Stream == 0 ? "\",\"stream\":\"stdout\""u8 : "\",\"stream\":\"stderr\""u8);
        if (_plan != null)
        {
            _output.Add(_plan->Attributes, _plan->AttributesLength);
        }

        _output.Add(",\"time\":\""u8);
        Clock.Write(ref _output, piece.Time);
        _output.Add("\"}\n"u8);
    }

    /// <summary>Hands to the kernel what was written.</summary>
    public static void Flush()
    {
        int at = 0;
        while (at < _output.Length)
        {
            long written = Waiting(SystemCallNumber.Write, _descriptor, (long)(_output.Start + at), _output.Length - at);
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

        _output.Length = 0;
        if (_limit > 0 && _size >= _limit)
        {
            Quick(SystemCallNumber.Close, _descriptor);
            Rotation.Rotate(_path, _files, compress: _plan != null && _plan->Compress != 0);
            OpenFile();
        }
    }

    private static void OpenFile()
    {
        long fd = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)_path, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_APPEND | OpenFlags.O_CLOEXEC, 0x1A0);
        _descriptor = fd < 0 ? -1 : (int)fd;
        _size = fd < 0 ? 0 : Quick(SystemCallNumber.Lseek, fd, 0, 2);
        _pushed = _pushedBefore = _size;
    }

    /// <summary>
    /// Starts writing back what was written, and waits until the previous part is on disk: a container that floods its log goes as fast as the disk,
    /// and others that sync theirs never wait for gigabytes of it. A program that must never wait for its log does not wait here either.
    /// </summary>
    private static void Push()
    {
        if (_plan == null || _plan->NeverWaits == 0)
        {
            Waiting(
                SystemCallNumber.SyncFileRange, _descriptor, _pushedBefore, _pushed - _pushedBefore,
                SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
        }

        Waiting(SystemCallNumber.SyncFileRange, _descriptor, _pushed, _size - _pushed, SYNC_FILE_RANGE_WRITE);
        _pushedBefore = _pushed;
        _pushed = _size;
    }
}
