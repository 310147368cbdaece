using Quai.Linux.Kernel;
using Quai.Plans;
using Quai.Plans.Logging;

namespace Quai.Shim.Logging;

/// <summary>
/// What the container's first process writes, in lines: to its file, and to the server of its log if it has one. A line longer than 16 KiB is written in parts, as Docker does.
/// Where a server does not keep up, what was read is kept and no more is read, so that the program waits.
/// </summary>
internal static unsafe class ContainerLog
{
    /// <summary>The longest part of a line.</summary>
    public const int LineSize = 16 * 1024;

    private const int EndMilliseconds = 10_000, IdLength = 64;

    // Unfinished lines of both streams, and the parts' common names.
    private static byte* _lines, _ids, _held;
    private static bool _open, _file, _finished;
    private static int _heldStream, _heldLength, _heldAt;
    private static long _until;
    private static LineState _stdout, _stderr;

    private struct LineState
    {
        public int Length, Ordinal;
        public long Time;
    }

    /// <summary>Whether something that was read has yet to be taken, before more is read.</summary>
    public static bool IsBlocked => _heldLength > 0;

    /// <summary>Opens what the plan has.</summary>
    /// <returns>0, or the errno with which the server could not be reached that must be there from the start.</returns>
    public static int Open(PlanHeader* header)
    {
        LogPlan* plan = header->Version >= PlanVersions.LogPlan ? (LogPlan*)header->Log : null;
        if (header->HasLog != 0)
        {
            JsonLog.Open(header->LogPath, header->LogMaxSize, header->LogMaxFiles, plan);
            _file = true;
        }

        bool remote = plan != null && plan->Target != LogTarget.None;
        _open = _file || remote;
        if (_open)
        {
            _lines = Memory.Map((3 * LineSize) + (2 * IdLength));
            _held = _lines + (2 * LineSize);
            _ids = _held + LineSize;
        }

        return remote ? RemoteLog.Open(plan) : 0;
    }

    /// <summary>Takes what was read of stream 0 (stdout) or 1 (stderr): at most as much as a line has, and only while not <see cref="IsBlocked"/>.</summary>
    public static void Take(int stream, byte* data, int length)
    {
        if (!_open)
        {
            return;
        }

        int taken = Split(stream, data, length);
        if (taken < length)
        {
            _heldStream = stream;
            _heldLength = length - taken;
            _heldAt = 0;
            Buffer.MemoryCopy(data + taken, _held, LineSize, _heldLength);
        }

        Flush();
    }

    /// <summary>Goes on where the server was too slow, or away.</summary>
    public static void Resume()
    {
        RemoteLog.Pump();
        if (_heldLength > 0)
        {
            int taken = Split(_heldStream, _held + _heldAt, _heldLength);
            _heldAt += taken;
            _heldLength -= taken;
            Flush();
        }
    }

    /// <summary>The program has ended: from now on there is a limit to how long a server is waited for.</summary>
    public static void ProgramEnded() => _until = Clock.Steady() + EndMilliseconds;

    /// <summary>Whether time is left for what has not been taken.</summary>
    public static bool MayWait => Clock.Steady() < _until;

    /// <summary>Nothing more will come: writes what is left of unfinished lines, and sends what has not been sent.</summary>
    /// <returns>Whether everything is where it belongs, or given up.</returns>
    public static bool Finish()
    {
        if (!_open)
        {
            return true;
        }

        if (!_finished)
        {
            if (_heldLength > 0 && MayWait)
            {
                return false;
            }

            _finished = true;
            Leftover(0, ref _stdout);
            Leftover(1, ref _stderr);
            Flush();
            Rotation.Await();
        }

        return RemoteLog.Finish(_until);
    }

    private static void Leftover(int stream, ref LineState line)
    {
        if (line.Length > 0)
        {
            Emit(stream, ref line, _lines + (stream * LineSize), line.Length, ended: false);
            line.Length = 0;
        }
    }

    private static void Flush()
    {
        if (_file)
        {
            JsonLog.Flush();
        }

        RemoteLog.Pump();
    }

    // Returns how much was taken.
    private static int Split(int stream, byte* data, int length)
    {
        ref LineState state = ref stream == 0 ? ref _stdout : ref _stderr;
        byte* line = _lines + (stream * LineSize);
        int at = 0;
        while (at < length && RemoteLog.HasRoom)
        {
            int newline = new ReadOnlySpan<byte>(data + at, length - at).IndexOf((byte)'\n');
            int end = newline < 0 ? length : at + newline + 1;
            int part = Math.Min(end - at, LineSize - state.Length);
            if (state.Length == 0 && part == end - at && newline >= 0)
            {
                // Complete lines straight from the buffer.
                Emit(stream, ref state, data + at, part - 1, ended: true);
                at = end;
                continue;
            }

            Buffer.MemoryCopy(data + at, line + state.Length, LineSize - state.Length, part);
            state.Length += part;
            at += part;
            bool ended = line[state.Length - 1] == (byte)'\n';
            if (ended || state.Length == LineSize)
            {
                Emit(stream, ref state, line, ended ? state.Length - 1 : LineSize, ended);
                state.Length = 0;
            }
        }

        return at;
    }

    private static void Emit(int stream, ref LineState state, byte* text, int length, bool ended)
    {
        byte* id = _ids + (stream * IdLength);
        if (state.Ordinal == 0)
        {
            state.Time = Clock.Now();
            if (!ended)
            {
                NewId(id);
            }
        }

        if (!ended || state.Ordinal > 0)
        {
            state.Ordinal++;
        }

        LogPiece piece = new() { Text = text, Length = length, Stream = stream, Ended = ended, Time = state.Time, Ordinal = state.Ordinal, LineId = id };
        if (_file)
        {
            JsonLog.Write(piece);
        }

        RemoteLog.Add(piece);
        if (ended)
        {
            state.Ordinal = 0;
        }
    }

    /// <summary>Writes 64 random hex digits.</summary>
    public static void NewId(byte* id)
    {
        byte* random = stackalloc byte[IdLength / 2];
        SystemCall.Quick(SystemCallNumber.Getrandom, (long)random, IdLength / 2, 0);
        for (int i = 0; i < IdLength / 2; i++)
        {
            id[i * 2] = JsonText.Hex(random[i] >> 4);
            id[(i * 2) + 1] = JsonText.Hex(random[i] & 15);
        }
    }
}
