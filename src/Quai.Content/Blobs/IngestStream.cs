namespace Quai.Content.Blobs;

/// <summary>Writes to a blob that is being made.</summary>
internal sealed class IngestStream(IngestFile file) : WriteOnlyStream
{
    public override void Write(ReadOnlySpan<byte> buffer) => file.Write(buffer);
}
