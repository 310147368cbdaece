namespace Quai.Images;

/// <summary>A piece of an archive: bytes in memory, or a whole file.</summary>
/// <param name="Bytes">The bytes; empty for a file.</param>
/// <param name="File">The file's path; null for bytes.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct SavedPiece(ReadOnlyMemory<byte> Bytes, string? File, long Length);
