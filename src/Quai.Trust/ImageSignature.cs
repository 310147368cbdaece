namespace Quai.Trust;

/// <summary>A signature as a registry has it; whether it is good only a key can tell.</summary>
/// <param name="Payload">The signed bytes: a <see cref="SimpleSigning"/> document.</param>
/// <param name="Signature">Over the payload.</param>
public sealed record ImageSignature(byte[] Payload, byte[] Signature);
