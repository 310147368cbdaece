using System.Text.Json;
using System.Text;
using Quai.Api.Images;
using Quai.Build.Progress;
using Quai.Daemon.Http;

namespace Quai.Daemon.Builds;

/// <summary>A build as clients without BuildKit show it: steps, their output, the image.</summary>
/// <param name="progress">Takes the lines.</param>
/// <param name="quiet">Whether only the image's id is told.</param>
internal sealed class StepLines(ProgressStream progress, bool quiet) : IBuildLines
{
    private readonly HashSet<string> _begun = [];

    /// <inheritdoc/>
    public void Add(BuildEvent happened)
    {
        if (quiet)
        {
            return;
        }

        switch (happened)
        {
            case VertexEvent { StartedAt: not null } vertex when vertex.Name.StartsWith('[') && !vertex.Name.StartsWith("[internal]", StringComparison.Ordinal):
                if (_begun.Add(vertex.Vertex))
                {
                    Write($"Step {StepOf(vertex.Name)}\n");
                }

                if (vertex is { CompletedAt: not null, IsCached: true })
                {
                    Write(" ---> Using cache\n");
                }

                break;
            case LogEvent log:
                Write(Encoding.UTF8.GetString(log.Bytes.Span));
                break;
        }
    }

    /// <inheritdoc/>
    public void End(string id, IReadOnlyList<string> names)
    {
        if (quiet)
        {
            Write(id + "\n");
            return;
        }

        progress.Line(new JsonMessage { Aux = JsonSerializer.SerializeToElement(new BuildAux(id), Json.Types.BuildAux) });
        Write($"Successfully built {id["sha256:".Length..][..12]}\n");
        foreach (string name in names)
        {
            Write($"Successfully tagged {Oci.Images.ImageReference.Parse(name).WithDefaultTag().Familiar}\n");
        }
    }

    private void Write(string text) => progress.Line(new JsonMessage { Stream = text });

    // "[build 2/4] RUN make" is "2/4 : RUN make" here.
    private static string StepOf(string name)
    {
        int close = name.IndexOf(']', StringComparison.Ordinal);
        string place = name[1..close], number = place[(place.LastIndexOf(' ') + 1)..];
        return $"{number} : {name[(close + 1)..].Trim()}";
    }
}
