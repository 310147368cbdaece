using Quai.Oci.Images;

namespace Quai.Build.Attestations;

/// <summary>What an attestation is about.</summary>
/// <param name="Name">Its name: a package URL, or a path.</param>
/// <param name="Digest">Its digest.</param>
internal sealed record AttestedSubject(string Name, Digest Digest);
