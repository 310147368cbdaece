using Quai.Oci.Images;

namespace Quai.Images.Pushes;

/// <summary>One platform's manifest that is being pushed.</summary>
internal sealed record PushManifest(byte[] Bytes, string MediaType, Digest Digest, Descriptor Config, IReadOnlyList<PushLayer> Layers);
