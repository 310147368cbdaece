using System.Text.Json;
using Google.Protobuf;
using Quai.Api.Images;
using Quai.Build.Progress;
using Quai.BuildKit.Controls;
using Quai.BuildProtocol.Control;
using Quai.Daemon.Http;

namespace Quai.Daemon.Builds;

/// <summary>A build as clients show it that get BuildKit's progress with the answer of <c>POST /build?version=2</c>.</summary>
internal sealed class TraceLines(ProgressStream progress) : IBuildLines
{
    private const string TraceId = "moby.buildkit.trace", ImageId = "moby.image.id";

    /// <inheritdoc/>
    public void Add(BuildEvent happened)
    {
        var message = new StatusResponse();
        ProgressMessages.Add(message, happened);
        progress.Line(new JsonMessage { Id = TraceId, Aux = JsonSerializer.SerializeToElement(message.ToByteArray(), Json.Types.ByteArray) });
    }

    /// <inheritdoc/>
    public void End(string id, IReadOnlyList<string> names) => progress.Line(new JsonMessage { Id = ImageId, Aux = JsonSerializer.SerializeToElement(new BuildAux(id), Json.Types.BuildAux) });
}
