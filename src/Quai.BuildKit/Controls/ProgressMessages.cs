using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Quai.Build.Progress;
using Quai.BuildProtocol.Control;

namespace Quai.BuildKit.Controls;

/// <summary>A build's progress as clients are told it.</summary>
public static class ProgressMessages
{
    /// <summary>Adds an event to a message.</summary>
    public static void Add(StatusResponse message, BuildEvent happened)
    {
        switch (happened)
        {
            case VertexEvent vertex:
                message.Vertexes.Add(Of(vertex));
                break;
            case StatusEvent status:
                message.Statuses.Add(new VertexStatus
                {
                    ID = status.Id,
                    Name = status.Id,
                    Vertex = status.Vertex,
                    Current = status.Current,
                    Total = status.Total,
                    Timestamp = Timestamp.FromDateTimeOffset(status.At),
                    Started = Timestamp.FromDateTimeOffset(status.StartedAt),
                    Completed = At(status.CompletedAt),
                });
                break;
            case LogEvent log:
                message.Logs.Add(new VertexLog { Vertex = log.Vertex, Stream = log.Stream, Msg = UnsafeByteOperations.UnsafeWrap(log.Bytes), Timestamp = Timestamp.FromDateTimeOffset(log.At) });
                break;
            case WarningEvent warning:
                message.Warnings.Add(Of(warning));
                break;
            default:
                // An event of a kind that clients do not know.
                break;
        }
    }

    private static Vertex Of(VertexEvent vertex)
    {
        var message = new Vertex
        {
            Digest = vertex.Vertex,
            Name = vertex.Name,
            Cached = vertex.IsCached,
            Started = At(vertex.StartedAt),
            Completed = At(vertex.CompletedAt),
            Error = vertex.Error,
        };
        message.Inputs.Add(vertex.Inputs);
        if (vertex.Group is { } group)
        {
            message.ProgressGroup = new BuildProtocol.Llb.ProgressGroup { Id = group.Id, Name = group.Name, Weak = group.IsWeak };
        }

        return message;
    }

    private static VertexWarning Of(WarningEvent warning)
    {
        var message = new VertexWarning
        {
            Vertex = warning.Vertex,
            Level = warning.Level,
            Short = ByteString.CopyFromUtf8(warning.Short),
            Url = warning.Url,
            Info = warning.Source,
        };
        message.Detail.Add(warning.Detail.Select(ByteString.CopyFromUtf8));
        message.Ranges.Add(warning.Ranges);
        return message;
    }

    private static Timestamp? At(DateTimeOffset? time) => time is { } at ? Timestamp.FromDateTimeOffset(at) : null;
}
