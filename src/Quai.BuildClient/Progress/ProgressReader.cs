using Google.Protobuf.WellKnownTypes;
using Quai.BuildProtocol.Control;

namespace Quai.BuildClient.Progress;

/// <summary>Reads what a builder says of a build's progress.</summary>
internal static class ProgressReader
{
    /// <summary>Reads a message.</summary>
    public static ProgressBatch Read(StatusResponse message) => new()
    {
        Steps = [.. message.Vertexes.Select(Read)],
        Statuses = [.. message.Statuses.Select(s => new StepStatus(s.Vertex, s.ID, Moment(s.Timestamp) ?? default)
        {
            Current = s.Current, Total = s.Total, StartedAt = Moment(s.Started), CompletedAt = Moment(s.Completed),
        })],
        Outputs = [.. message.Logs.Select(l => new StepOutput(l.Vertex, l.Stream, l.Msg.Memory, Moment(l.Timestamp) ?? default))],
        Warnings = [.. message.Warnings.Select(w => new StepWarning(w.Vertex, w.Level, w.Short.ToStringUtf8())
        {
            Detail = [.. w.Detail.Select(d => d.ToStringUtf8())], Url = w.Url, Place = SourcePlace.Read(w.Info, w.Ranges),
        })],
    };

    private static StepChange Read(Vertex vertex) => new(vertex.Digest, vertex.Name)
    {
        Inputs = [.. vertex.Inputs],
        IsCached = vertex.Cached,
        StartedAt = Moment(vertex.Started),
        CompletedAt = Moment(vertex.Completed),
        Error = vertex.Error,
        Group = vertex.ProgressGroup is { Id.Length: > 0 } group ? new StepGroup(group.Id, group.Name, group.Weak) : null,
    };

    /// <summary>A moment; null for none.</summary>
    public static DateTimeOffset? Moment(Timestamp? time) => time?.ToDateTimeOffset();
}
