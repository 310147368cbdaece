using Quai.Linux;

namespace Quai.Engine.Containers.Files;

/// <summary>
/// A container's root as seen for copying: the same whether it is running or not, and gone when this is disposed or the daemon ends.
/// Mounts made by the container itself, and the kernel's own file systems, are not visible, as with Docker.
/// </summary>
internal sealed class ContainerView(FileDescriptor root, Action release) : IDisposable
{
    private bool _disposed;

    /// <summary>The root.</summary>
    public FileDescriptor Root => root;

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            root.Dispose();
            release();
        }
    }
}
