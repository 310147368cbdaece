using Quai.Build.Progress;
using Quai.Oci.Images;

namespace Quai.Build.Solving;

/// <summary>The progress of something that is no step of a graph, such as a question about an image, or an export: it is shown as if it were one.</summary>
internal sealed class QuestionProgress : IStepProgress
{
    private readonly ProgressLog _log;
    private readonly TimeProvider _time;
    private readonly VertexEvent _vertex;

    public QuestionProgress(ProgressLog log, string name, TimeProvider time)
    {
        _log = log;
        _time = time;
        _vertex = new VertexEvent(Digest.Of(System.Text.Encoding.UTF8.GetBytes(Guid.NewGuid().ToString())).ToString(), name) { StartedAt = time.GetUtcNow() };
        log.Add(_vertex);
    }

    /// <summary>It has ended.</summary>
    /// <param name="error">Why it failed; empty where it did not.</param>
    public void End(string error) => _log.Add(_vertex with { CompletedAt = _time.GetUtcNow(), Error = error });

    /// <inheritdoc/>
    public void Write(int stream, ReadOnlySpan<byte> bytes) => _log.Add(new LogEvent(_vertex.Vertex, stream, bytes.ToArray(), _time.GetUtcNow()));

    /// <inheritdoc/>
    public void Report(string id, long current, long total, bool isComplete)
    {
        DateTimeOffset now = _time.GetUtcNow();
        _log.Add(new StatusEvent(_vertex.Vertex, id, current, total, _vertex.StartedAt!.Value, isComplete ? now : null) { At = now });
    }
}
