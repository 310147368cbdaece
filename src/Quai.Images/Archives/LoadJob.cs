using Quai.Content.Collecting;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>What to load from one archive.</summary>
/// <param name="Platforms">Only these platforms' images; empty for all of a docker-archive and this machine's of an index.</param>
/// <param name="Progress">Receives progress.</param>
/// <param name="Lease">Keeps what arrives until its image is recorded.</param>
internal sealed record LoadJob(IReadOnlyList<Platform> Platforms, IProgress<ProgressMessage> Progress, Lease Lease);
