using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Quai.Engine.Logs.Options;
using Quai.Engine.Logs.Relaying;
using Quai.Plans.Logging;
using Quai.Runtime.Logging;

namespace Quai.Engine.Logs.Drivers;

/// <summary>Logs to fluentd and its like. The program waits for a server that is away, unless the log is asynchronous.</summary>
internal static class FluentdServer
{
    private const byte ArrayOfFour = 0x94;
    private const int Growth = 50;
    private const long AsyncBuffer = 64L << 20;
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    /// <summary>What the shim is to know of it.</summary>
    public static async Task<LogServer> BuildAsync(LogSubject subject, FluentdSettings settings, IReadOnlyList<string> relay, CancellationToken cancellation)
    {
        SortedDictionary<string, string> members = subject.Attributes();
        members.TryAdd("container_id", subject.FullId);
        members.TryAdd("container_name", "/" + subject.Name);
        FluentdOptions variant = (settings.SubSecond ? FluentdOptions.SubSecond : 0) | (settings.Acknowledges ? FluentdOptions.Acknowledge : 0)
            | (members.ContainsKey("log") ? FluentdOptions.OwnLog : 0) | (members.ContainsKey("source") ? FluentdOptions.OwnSource : 0);
        var head = new ArrayBufferWriter<byte>();
        head.Write<byte>([ArrayOfFour]);
        Append(head, subject.Tag("{{.ID}}"));
        var record = new ArrayBufferWriter<byte>();
        foreach ((string name, string value) in members)
        {
            Append(record, name);
            Append(record, value);
        }

        LogServer server = new()
        {
            Target = LogTarget.Fluentd,
            Network = LogNetwork.Tcp,
            Variant = (int)variant,
            Level = members.Count,
            First = head.WrittenMemory,
            Second = record.WrittenMemory,
            ConnectsFirst = !settings.IsAsync,
            Drops = settings.IsAsync ? LogDropping.WhenFull : LogDropping.Never,
            Buffer = settings.IsAsync ? AsyncBuffer : 1 << 20,
            MaximumMessages = settings.IsAsync ? settings.BufferLimit : 0,
            Attempts = settings.Attempts,
            FirstWait = settings.RetryWait,
            Growth = Growth,
            LongestWait = settings.RetryWait > s_longestWait ? settings.RetryWait : s_longestWait,
            ReconnectsAfter = settings.IsAsync ? settings.ReconnectsAfter : TimeSpan.Zero,
            WriteTimeout = settings.WriteTimeout,
        };
        LogUrl url = settings.Address;
        switch (url.Scheme)
        {
            case "unix":
                return server with { Network = LogNetwork.Unix, Addresses = [ServerAddresses.Flat(url.Path, stream: true)], Failure = $"dial unix {url.Path}: connect" };
            case "tls":
                return server with
                {
                    Network = LogNetwork.Relay,
                    Relay = await LogRelay.PrepareAsync(relay, url, LogTls.Default, cancellation, checks: !settings.IsAsync).ConfigureAwait(false),
                    Failure = $"dial tcp {url.Authority(url.Port)}: connect",
                };
            default:
                IReadOnlyList<IPEndPoint> addresses = await ServerAddresses.ResolveAsync(url, "tcp", cancellation).ConfigureAwait(false);
                return server with { Addresses = [.. addresses.Select(a => ServerAddresses.Flat(a, stream: true))], Failure = $"dial tcp {ServerAddresses.Text(addresses[^1])}: connect" };
        }
    }

    /// <summary>A string of msgpack.</summary>
    private static void Append(ArrayBufferWriter<byte> target, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[5];
        switch (bytes.Length)
        {
            case < 32:
                target.Write<byte>([(byte)(0xA0 | bytes.Length)]);
                break;
            case <= byte.MaxValue:
                target.Write<byte>([0xD9, (byte)bytes.Length]);
                break;
            case <= ushort.MaxValue:
                length[0] = 0xDA;
                BinaryPrimitives.WriteUInt16BigEndian(length[1..], (ushort)bytes.Length);
                target.Write((ReadOnlySpan<byte>)length[..3]);
                break;
            default:
                length[0] = 0xDB;
                BinaryPrimitives.WriteUInt32BigEndian(length[1..], (uint)bytes.Length);
                target.Write((ReadOnlySpan<byte>)length);
                break;
        }

        target.Write(bytes);
    }
}
