using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>A layer that is pushed.</summary>
/// <param name="Blob">What is uploaded.</param>
/// <param name="Id">What messages call it: the beginning of its diff-id, as Docker has it.</param>
internal sealed record PushLayer(Descriptor Blob, string Id)
{
    /// <summary>Layers that only their vendor may give away stay where their addresses say.</summary>
    public static bool IsDistributed(Descriptor layer) =>
        layer.MediaType != MediaTypes.DockerForeignLayer && layer.MediaType?.Contains(".nondistributable.", StringComparison.Ordinal) != true;
}
