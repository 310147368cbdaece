using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Quai.Build.History;
using Quai.BuildProtocol.Control;
using Quai.Errors;

namespace Quai.BuildKit.Histories;

/// <summary>The builds in progress and those that have ended, for whoever asks, and for whoever listens.</summary>
/// <param name="history">Those that have ended.</param>
/// <param name="log">What no client is told.</param>
internal sealed partial class BuildHistories(IBuildHistory history, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HistoryEntry> _active = [];
    private readonly Dictionary<string, Task> _pending = [];
    private readonly List<Channel<BuildHistoryEvent>> _listeners = [];

    /// <summary>A build has begun.</summary>
    public HistoryEntry Begin(SolveRequest request)
    {
        var entry = new HistoryEntry(request, DateTimeOffset.UtcNow);
        lock (_lock)
        {
            _active[entry.Id] = entry;
        }

        Tell(BuildHistoryEventType.Started, entry.Record);
        return entry;
    }

    /// <summary>Takes what a client asked a frontend for, who drives its build itself.</summary>
    public void Asked(string id, string frontend, IEnumerable<KeyValuePair<string, string>> attributes)
    {
        HistoryEntry? entry;
        lock (_lock)
        {
            entry = _active.GetValueOrDefault(id);
        }

        entry?.Asked(frontend, attributes);
    }

    /// <summary>A build has ended. Its record is kept beside the answer to its client.</summary>
    public void End(HistoryEntry entry, BuildEnd end)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        lock (_lock)
        {
            _pending[entry.Id] = Task.Run(() => KeepAsync(entry, end, now));
        }
    }

    /// <summary>The log of a build that has ended: its messages. Null where there is none of it.</summary>
    public async Task<IEnumerable<StatusResponse>?> LogAsync(string id)
    {
        Task? keeping;
        lock (_lock)
        {
            // Only its own record is waited for: other builds' are none of its watcher's business.
            if (!_pending.TryGetValue(id, out keeping) && _active.ContainsKey(id))
            {
                return null;
            }
        }

        await (keeping ?? Task.CompletedTask).ConfigureAwait(false);
        return history.Find(id) is { Logs: { } logs } ? Messages(logs) : null;
    }

    /// <summary>The records that are asked for, and then, unless only those are wanted, what happens.</summary>
    public async IAsyncEnumerable<BuildHistoryEvent> ListenAsync(BuildHistoryRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        HistoryFilter filter = HistoryFilter.Parse(request.Filter);
        var channel = Channel.CreateUnbounded<BuildHistoryEvent>();
        await DrainAsync().ConfigureAwait(false);
        BuildHistoryRecord[] active;
        lock (_lock)
        {
            active = [.. _active.Values.Select(e => e.Record)];
            if (!request.EarlyExit)
            {
                _listeners.Add(channel);
            }
        }

        try
        {
            bool Fits(BuildHistoryRecord record) => (request.Ref.Length == 0 || record.Ref == request.Ref) && filter.Fits(record, DateTimeOffset.UtcNow);
            IEnumerable<BuildHistoryEvent> known = active.Select(r => new BuildHistoryEvent { Type = BuildHistoryEventType.Started, Record = r });
            if (!request.ActiveOnly)
            {
                HashSet<string> running = [.. active.Select(r => r.Ref)];
                known = known.Concat(history.List().Where(r => !running.Contains(r.Ref)).Select(r => new BuildHistoryEvent { Type = BuildHistoryEventType.Complete, Record = r }));
            }

            foreach (BuildHistoryEvent one in known.Where(e => Fits(e.Record)).OrderByDescending(e => e.Record.CreatedAt.ToDateTimeOffset()).Take(request.Limit > 0 ? request.Limit : int.MaxValue))
            {
                yield return one;
            }

            if (request.EarlyExit)
            {
                yield break;
            }

            await foreach (BuildHistoryEvent happened in channel.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                if ((happened.Type == BuildHistoryEventType.Deleted && (request.Ref.Length == 0 || happened.Record.Ref == request.Ref))
                    || (happened.Type != BuildHistoryEventType.Deleted && Fits(happened.Record) && (!request.ActiveOnly || happened.Type == BuildHistoryEventType.Started)))
                {
                    yield return happened;
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _listeners.Remove(channel);
            }
        }
    }

    /// <summary>Pins or removes a record.</summary>
    /// <exception cref="QuaiException">Kind NotFound: there is none. Kind Conflict: the build is in progress.</exception>
    public async Task UpdateAsync(UpdateBuildHistoryRequest request, CancellationToken cancellation)
    {
        await DrainAsync().ConfigureAwait(false);
        if (request.Finalize)
        {
            // What there is to know of a build is kept when it ends.
            return;
        }

        if (!request.Delete)
        {
            BuildHistoryRecord pinned = await history.PinAsync(request.Ref, request.Pinned, cancellation).ConfigureAwait(false) ?? throw Missing(request.Ref);
            Tell(BuildHistoryEventType.Complete, pinned);
            return;
        }

        lock (_lock)
        {
            if (_active.ContainsKey(request.Ref))
            {
                throw QuaiException.Conflict($"build {request.Ref} is in progress: its record can be removed when it has ended");
            }
        }

        if (!await history.RemoveAsync(request.Ref, cancellation).ConfigureAwait(false))
        {
            throw Missing(request.Ref);
        }

        Tell(BuildHistoryEventType.Deleted, new BuildHistoryRecord { Ref = request.Ref });
    }

    /// <summary>Waits until the records of all builds that have ended are kept.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            return _pending.Count == 0 ? Task.CompletedTask : Task.WhenAll(_pending.Values);
        }
    }

    private static QuaiException Missing(string id) => QuaiException.NotFound($"no record of build {id}");

    private async Task KeepAsync(HistoryEntry entry, BuildEnd end, DateTimeOffset now)
    {
        IReadOnlyList<string> gone = [];
        BuildHistoryRecord? kept = null;
        try
        {
            (BuildHistoryRecord record, HistoryBlobs blobs) = entry.Complete(end, now);
            gone = await history.AddAsync(record, blobs, CancellationToken.None).ConfigureAwait(false);
            kept = record;
        }
        catch (Exception e)
        {
            NotKept(log, entry.Id, e);
        }

        lock (_lock)
        {
            _active.Remove(entry.Id);
            _pending.Remove(entry.Id);
        }

        if (kept is not null)
        {
            Tell(BuildHistoryEventType.Complete, kept);
        }

        foreach (string id in gone)
        {
            Tell(BuildHistoryEventType.Deleted, new BuildHistoryRecord { Ref = id });
        }
    }

    private IEnumerable<StatusResponse> Messages(BlobDescriptor logs)
    {
        using Stream stream = history.Open(Oci.Images.Digest.Parse(logs.Digest));
        byte[] length = new byte[sizeof(uint)];
        while (stream.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) == length.Length)
        {
            byte[] message = new byte[System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(length)];
            stream.ReadExactly(message);
            yield return StatusResponse.Parser.ParseFrom(message);
        }
    }

    private void Tell(BuildHistoryEventType type, BuildHistoryRecord record)
    {
        lock (_lock)
        {
            _listeners.ForEach(l => l.Writer.TryWrite(new BuildHistoryEvent { Type = type, Record = record }));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The record of build {Id} was not kept")]
    private static partial void NotKept(ILogger log, string id, Exception error);
}
