namespace Quai.Images.Verification;

/// <summary>What was checked.</summary>
/// <param name="Images">Images.</param>
/// <param name="Blobs">Blobs whose digests were recomputed.</param>
/// <param name="Layers">Unpacked layers.</param>
/// <param name="Bytes">Bytes of the blobs.</param>
/// <param name="Problems">How many findings there were.</param>
public sealed record VerificationSummary(int Images, int Blobs, int Layers, long Bytes, int Problems);
