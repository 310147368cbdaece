using Quai.Linux;

namespace Quai.Volumes;

/// <summary>A volume that is open, and stays mounted until this is disposed.</summary>
public sealed class VolumeHold : IDisposable
{
    private readonly Action _release;

    internal VolumeHold(FileDescriptor folder, Action release)
    {
        Folder = folder;
        _release = release;
    }

    /// <summary>What containers see, open for reading.</summary>
    public FileDescriptor Folder { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Folder.Dispose();
        _release();
    }
}
