using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Quai.Build.History;
using Quai.Build.Progress;
using Quai.BuildKit.Controls;
using Quai.BuildKit.Failures;
using Quai.BuildProtocol.Control;
using RpcStatus = Quai.BuildProtocol.Errors.Status;

namespace Quai.BuildKit.Histories;

/// <summary>A build's record: begun with what was asked for, completed by what has happened.</summary>
internal sealed class HistoryEntry
{
    private const string DescriptorKey = "containerimage.descriptor", CachesKey = "cache-imports";
    private const int EventsInMessage = 1000;

    private readonly Lock _lock = new();
    private readonly BuildHistoryRecord _record;

    /// <param name="request">What was asked for.</param>
    /// <param name="now">When.</param>
    public HistoryEntry(SolveRequest request, DateTimeOffset now)
    {
        _record = new BuildHistoryRecord { Ref = request.Ref, Frontend = request.Frontend, CreatedAt = Timestamp.FromDateTimeOffset(now) };
        Add(request.FrontendAttrs);
        _record.Exporters.Add(SolveDemands.Exporters(request));
    }

    /// <summary>The build's id.</summary>
    public string Id => _record.Ref;

    /// <summary>The record as it is now.</summary>
    public BuildHistoryRecord Record
    {
        get
        {
            lock (_lock)
            {
                return _record.Clone();
            }
        }
    }

    /// <summary>Takes what the client asked a frontend for, who drives the build itself: the first that it asked.</summary>
    public void Asked(string frontend, IEnumerable<KeyValuePair<string, string>> attributes)
    {
        lock (_lock)
        {
            if (_record.Frontend.Length == 0)
            {
                _record.Frontend = frontend;
                Add(attributes);
            }
        }
    }

    /// <summary>Completes the record.</summary>
    /// <param name="end">How the build ended.</param>
    /// <param name="now">When it did.</param>
    public (BuildHistoryRecord Record, HistoryBlobs Blobs) Complete(BuildEnd end, DateTimeOffset now)
    {
        (IReadOnlyList<BuildEvent> events, IReadOnlyDictionary<string, string>? answer, _, Exception? error) = end;
        Dictionary<string, VertexEvent> steps = [];
        foreach (VertexEvent step in events.OfType<VertexEvent>())
        {
            steps[step.Vertex] = step;
        }

        RpcStatus? status = error is null ? null : CallFailures.StatusOf(error);
        lock (_lock)
        {
            _record.CompletedAt = Timestamp.FromDateTimeOffset(now);
            _record.NumTotalSteps = steps.Count;
            _record.NumCompletedSteps = steps.Values.Count(s => s.CompletedAt is not null);
            _record.NumCachedSteps = steps.Values.Count(s => s.IsCached);
            _record.NumWarnings = events.OfType<WarningEvent>().Count();
            if (status is not null)
            {
                _record.Error = new RpcStatus { Code = status.Code, Message = status.Message };
            }

            foreach ((string name, string value) in answer ?? new Dictionary<string, string>())
            {
                _record.ExporterResponse[name] = value;
            }

            if (answer?.GetValueOrDefault(DescriptorKey) is { Length: > 0 } text)
            {
                _record.Result = new BuildResultInfo { Results = { [0] = Read(Convert.FromBase64String(text)) } };
            }

            byte[] trace = BuildTrace.Write(Id, _record.CreatedAt.ToDateTimeOffset(), now, [.. steps.Values]);
            return (_record.Clone(), new HistoryBlobs(Log(events), trace, status is null ? null : (ReadOnlyMemory<byte>?)status.ToByteArray()) { Provenance = end.Provenance });
        }
    }

    private void Add(IEnumerable<KeyValuePair<string, string>> attributes)
    {
        // Where caches are may be said with what opens them.
        foreach ((string name, string value) in attributes.Where(a => a.Key != CachesKey))
        {
            _record.FrontendAttrs[name] = value;
        }
    }

    private static BlobDescriptor Read(byte[] json)
    {
        Oci.Images.Descriptor descriptor = Oci.Images.ImageJson.ReadDescriptor(json);
        return new BlobDescriptor { MediaType = descriptor.MediaType ?? "", Digest = descriptor.Digest, Size = descriptor.Size };
    }

    private static byte[] Log(IReadOnlyList<BuildEvent> events)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(uint)];
        foreach (BuildEvent[] some in events.Chunk(EventsInMessage))
        {
            var message = new StatusResponse();
            foreach (BuildEvent happened in some)
            {
                ProgressMessages.Add(message, happened);
            }

            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)message.CalculateSize());
            bytes.Write(length);
            message.WriteTo(bytes);
        }

        return bytes.ToArray();
    }
}
