using System.Buffers.Text;
using Quai.Linux.Kernel;
using Quai.Plans.Logging;
using Quai.Shim.Logging.Formats;
using Quai.Shim.Logging.Packing;

namespace Quai.Shim.Logging;

/// <summary>The log's server, if it has one: lines become messages, which wait in a queue of limited size until they are sent.</summary>
internal static unsafe class RemoteLog
{
    // Beside the line and the plan's constant texts: times, names of fields, identities.
    private const int Overhead = 1024;

    private static LogPlan* _plan;
    private static SendQueue _queue;
    private static ByteBuffer _message, _packed;
    private static byte* _epoch;
    private static long _entries;
    private static int _largest;

    /// <summary>Whether a message may be added: there is room, or it may be dropped.</summary>
    public static bool HasRoom => _plan == null || _queue.Fits(_largest) || _plan->Drops == LogDropping.WhenFull || (_plan->Drops == LogDropping.WhenAway && LogConnection.IsAway);

    /// <summary>Prepares what the plan asks for, and connects if the container is not to start without that.</summary>
    /// <returns>0, or the errno of a connection that failed.</returns>
    public static int Open(LogPlan* plan)
    {
        // Whole lines are never longer than a part; escaped, a byte takes at most six. Datagrams in pieces have their heads on top.
        int message = (ContainerLog.LineSize * JsonText.Widest) + Overhead + plan->FirstLength + plan->SecondLength;
        _largest = message + (message / 8) + Deflate.Slack + Overhead;
        _message = new ByteBuffer(Memory.Map(_largest), _largest);
        _packed = new ByteBuffer(Memory.Map(_largest), _largest);
        _epoch = Memory.Map(64);
        ContainerLog.NewId(_epoch);
        _queue = new SendQueue(Math.Max(plan->Buffer, 2L * _largest));
        _plan = plan;
        LogConnection.Open(plan);
        return plan->ConnectFirst != 0 ? LogConnection.ConnectFirst() : 0;
    }

    /// <summary>Adds a line, or a part of one. Without room it is dropped; see <see cref="HasRoom"/>.</summary>
    public static void Add(in LogPiece piece)
    {
        if (_plan == null || (_plan->MaximumMessages > 0 && _queue.Count >= _plan->MaximumMessages))
        {
            return;
        }

        _message.Length = 0;
        switch (_plan->Target)
        {
            // Neither takes empty lines.
            case LogTarget.Syslog when piece.Length > 0:
                SyslogMessage.Write(ref _message, _plan, piece);
                break;
            case LogTarget.Gelf when piece.Length > 0:
                GelfMessage.Write(ref _message, _plan, piece);
                if (_plan->Network == LogNetwork.Udp)
                {
                    AddDatagrams();
                    return;
                }

                break;
            case LogTarget.Fluentd:
                byte* identity = stackalloc byte[FluentdMessage.IdentityLength];
                bool acknowledged = ((FluentdOptions)_plan->Variant & FluentdOptions.Acknowledge) != 0;
                if (acknowledged)
                {
                    NewIdentity(identity);
                }

                FluentdMessage.Write(ref _message, _plan, piece, acknowledged ? identity : null);
                break;
            case LogTarget.Journal:
                JournalMessage.Write(ref _message, _plan, piece, _epoch, ++_entries);
                break;
            default:
                return;
        }

        _queue.Add(_message.Span);
    }

    /// <summary>Sends what can be sent without waiting, and connects if need be.</summary>
    public static void Pump()
    {
        if (_plan != null)
        {
            LogConnection.Pump(ref _queue);
        }
    }

    /// <summary>What is to be polled: a descriptor, or -1; the timeout is shortened to the next attempt to connect.</summary>
    public static int Prepare(out short events, ref int timeout)
    {
        events = 0;
        return _plan == null ? -1 : LogConnection.Prepare(ref _queue, out events, ref timeout);
    }

    /// <summary>Goes on after a poll.</summary>
    public static void Dispatch(short returned) => LogConnection.Dispatch(ref _queue, returned);

    /// <summary>Sends what is left.</summary>
    /// <param name="until">By when, in milliseconds of the monotonic clock.</param>
    /// <returns>Whether all is sent, or given up.</returns>
    public static bool Finish(long until)
    {
        if (_plan == null)
        {
            return true;
        }

        LogConnection.Pump(ref _queue);
        bool done = _queue.Count == 0 || Clock.Steady() >= until || (_plan->Drops != LogDropping.Never && LogConnection.IsAway);
        if (done)
        {
            LogConnection.Close();
        }

        return done;
    }

    private static void AddDatagrams()
    {
        ByteBuffer whole = _message;
        if ((GelfCompression)_plan->Variant != GelfCompression.None)
        {
            _packed.Length = 0;
            GelfMessage.Pack(ref _packed, _plan, _message);
            whole = _packed;
        }

        int count = GelfMessage.Chunks(whole.Length);
        if (count == 1)
        {
            _queue.Add(whole.Span);
            return;
        }

        byte* memory = stackalloc byte[GelfMessage.ChunkSize];
        ulong identity = GelfMessage.NewIdentity();
        for (int i = 0; i < count; i++)
        {
            ByteBuffer datagram = new(memory, GelfMessage.ChunkSize);
            GelfMessage.Chunk(ref datagram, whole, identity, i, count);
            _queue.Add(datagram.Span);
        }
    }

    private static void NewIdentity(byte* identity)
    {
        byte* random = stackalloc byte[16];
        SystemCall.Quick(SystemCallNumber.Getrandom, (long)random, 16, 0);
        Base64.EncodeToUtf8(new ReadOnlySpan<byte>(random, 16), new Span<byte>(identity, FluentdMessage.IdentityLength), out _, out _);
    }
}
