using Quai.Linux;

namespace Quai.Build.Trees;

/// <summary>Reads an open file.</summary>
internal sealed class DescriptorStream(FileDescriptor file) : Archives.ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        int count = FileCalls.TryRead(file.Number, buffer);
        return count >= 0 ? count : throw new LinuxException("read", -count, null);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
