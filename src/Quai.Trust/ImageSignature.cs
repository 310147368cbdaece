namespace Quai.Trust;

/// <summary>A signature as stored in a registry; only a key can tell whether it is valid.</summary>
/// <param name="Payload">The signed bytes: a <see cref="SimpleSigning"/> document.</param>
/// <param name="Signature">The signature over the payload.</param>
public sealed record ImageSignature(byte[] Payload, byte[] Signature);
