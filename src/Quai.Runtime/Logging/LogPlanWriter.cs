using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Quai.Linux.Kernel;
using Quai.Plans;
using Quai.Plans.Logging;

namespace Quai.Runtime.Logging;

/// <summary>Writes into a plan what the shim is to know of a container's log.</summary>
internal static class LogPlanWriter
{
    /// <summary>Writes it. A plan for a log that is only a file, without more about it, runs in older shims, too.</summary>
    public static void Write(PlanWriter plan, LogSettings settings)
    {
        if (settings.File is { } file)
        {
            plan.Header.HasLog = 1;
            plan.SetHeaderText(nameof(PlanHeader.LogPath), file.Path);
            plan.Header.LogMaxSize = file.MaxSize;
            plan.Header.LogMaxFiles = file.MaxFiles;
        }

        if (settings.Server is not null || settings.NeverWaits || settings.File is { Compresses: true } or { Attributes.Length: > 0 })
        {
            plan.SetLog(WriteBlock(plan, settings), settings.Server?.Failure ?? "");
        }
    }

    private static PlanWriter.Pointer WriteBlock(PlanWriter plan, LogSettings settings)
    {
        LogPlan flat = default;
        flat.Compress = settings.File is { Compresses: true } ? 1 : 0;
        flat.NeverWaits = settings.NeverWaits ? 1 : 0;
        flat.AttributesLength = settings.File?.Attributes.Length ?? 0;
        List<(string Field, PlanWriter.Pointer Target)> pointers = [];
        Add(nameof(LogPlan.Attributes), settings.File?.Attributes ?? default);
        if (settings.Server is { } server)
        {
            flat.Target = server.Target;
            flat.Network = server.Network;
            flat.AddressCount = server.Addresses.Count;
            flat.Buffer = server.Buffer;
            flat.MaximumMessages = server.MaximumMessages;
            flat.ConnectFirst = server.ConnectsFirst ? 1 : 0;
            flat.Drops = server.Drops;
            flat.Attempts = server.Attempts;
            flat.FirstWait = (int)server.FirstWait.TotalMilliseconds;
            flat.Growth = 100 + server.Growth;
            flat.LongestWait = (int)server.LongestWait.TotalMilliseconds;
            flat.ReconnectAfter = (int)server.ReconnectsAfter.TotalMilliseconds;
            flat.WriteTimeout = (int)server.WriteTimeout.TotalMilliseconds;
            flat.Variant = server.Variant;
            flat.Level = server.Level;
            flat.FirstLength = server.First.Length;
            flat.SecondLength = server.Second.Length;
            flat.OffsetCount = server.Offsets.Count;
            Add(nameof(LogPlan.Addresses), Flat(server.Addresses));
            Add(nameof(LogPlan.First), server.First);
            Add(nameof(LogPlan.Second), server.Second);
            long[] offsets = [.. server.Offsets.SelectMany(o => new[] { o.Since, o.Offset })];
            Add(nameof(LogPlan.Offsets), MemoryMarshal.AsBytes<long>(offsets).ToArray());
            if (server.Relay.Count > 0)
            {
                pointers.Add((nameof(LogPlan.RelayArguments), plan.TextArray(server.Relay)));
                pointers.Add((nameof(LogPlan.RelayEnvironment), plan.TextArray(RelayEnvironment())));
            }
        }

        PlanWriter.Pointer block = plan.Block(MemoryMarshal.AsBytes(new ReadOnlySpan<LogPlan>(in flat)));
        foreach ((string field, PlanWriter.Pointer target) in pointers)
        {
            plan.PutPointer(block.Data + (int)Marshal.OffsetOf<LogPlan>(field), target.Data);
        }

        return block;

        void Add(string field, ReadOnlyMemory<byte> bytes)
        {
            if (bytes.Length > 0)
            {
                pointers.Add((field, plan.Block(bytes.Span)));
            }
        }
    }

    private static ReadOnlyMemory<byte> Flat(IReadOnlyList<LogAddress> addresses)
    {
        const int Head = 8;
        byte[] flat = new byte[addresses.Count * LogPlan.AddressSize];
        for (int i = 0; i < addresses.Count; i++)
        {
            Span<byte> entry = flat.AsSpan(i * LogPlan.AddressSize, LogPlan.AddressSize);
            BinaryPrimitives.WriteInt32LittleEndian(entry, addresses[i].Bytes.Length);
            BinaryPrimitives.WriteInt32LittleEndian(entry[sizeof(int)..], addresses[i].IsStream ? IoConstants.SOCK_STREAM : IoConstants.SOCK_DGRAM);
            addresses[i].Bytes.Span.CopyTo(entry[Head..]);
        }

        return flat;
    }

    // What tells a program where certificates and its runtime are.
    private static string[] RelayEnvironment() =>
        [.. new[] { "PATH", "HOME", "DOTNET_ROOT", "SSL_CERT_FILE", "SSL_CERT_DIR" }.Where(n => Environment.GetEnvironmentVariable(n) is { Length: > 0 }).Select(n => $"{n}={Environment.GetEnvironmentVariable(n)}")];
}
