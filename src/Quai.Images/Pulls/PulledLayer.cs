using Quai.Oci.Images;

namespace Quai.Images.Pulls;

/// <summary>A layer of an image that is being pulled.</summary>
/// <param name="Blob">What is downloaded.</param>
/// <param name="DiffId">What it unpacks to.</param>
/// <param name="ChainId">Its name as part of a stack.</param>
internal sealed record PulledLayer(Descriptor Blob, string DiffId, string ChainId);
