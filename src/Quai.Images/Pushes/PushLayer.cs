using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>A layer that is being pushed.</summary>
/// <param name="Blob">What is uploaded.</param>
/// <param name="Id">Its name in messages: the beginning of its diff-id, as in Docker.</param>
internal sealed record PushLayer(Descriptor Blob, string Id)
{
    /// <summary>Layers that only their vendor may distribute stay at their own addresses.</summary>
    public static bool IsDistributed(Descriptor layer) =>
        layer.MediaType != MediaTypes.DockerForeignLayer && layer.MediaType?.Contains(".nondistributable.", StringComparison.Ordinal) != true;
}
