using System.Collections.Concurrent;
using Quai.Build.Graphs;
using Quai.Build.Progress;

namespace Quai.Build.Solving;

/// <summary>The progress of one step of a build.</summary>
internal sealed class VertexProgress : IStepProgress
{
    private readonly ProgressLog _log;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _parts = new();
    private readonly StepOutput _output = new();
    private VertexEvent _vertex;

    public VertexProgress(ProgressLog log, Vertex vertex, TimeProvider time)
    {
        _log = log;
        _time = time;
        BuildProtocol.Llb.ProgressGroup? group = vertex.Metadata.ProgressGroup;
        _vertex = new VertexEvent(vertex.Digest, vertex.Name)
        {
            Inputs = [.. vertex.Inputs.Select(i => i.Vertex.Digest).Distinct()],
            Group = group is null ? null : new ProgressGroup(group.Id, group.Name, group.Weak),
        };
    }

    /// <summary>The step is part of the build.</summary>
    public void Announce() => _log.Add(_vertex);

    /// <summary>The step begins; one that began before goes on.</summary>
    public void Start()
    {
        if (_vertex.StartedAt is null)
        {
            _vertex = _vertex with { StartedAt = _time.GetUtcNow() };
            _log.Add(_vertex);
        }
    }

    /// <summary>The step has ended.</summary>
    /// <param name="isCached">Whether its result was there.</param>
    /// <param name="error">Why it failed; empty where it did not.</param>
    public void End(bool isCached, string error = "")
    {
        if (_vertex.CompletedAt is null)
        {
            DateTimeOffset now = _time.GetUtcNow();
            _vertex = _vertex with { StartedAt = _vertex.StartedAt ?? now, CompletedAt = now, IsCached = isCached, Error = error };
            _log.Add(_vertex);
        }
    }

    /// <inheritdoc/>
    public void Write(int stream, ReadOnlySpan<byte> bytes)
    {
        if (_output.Keep(stream, bytes) is { } kept)
        {
            _log.Add(new LogEvent(_vertex.Vertex, stream, kept, _time.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public void Report(string id, long current, long total, bool isComplete)
    {
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset began = _parts.GetOrAdd(id, now);
        _log.Add(new StatusEvent(_vertex.Vertex, id, current, total, began, isComplete ? now : null) { At = now });
    }
}
