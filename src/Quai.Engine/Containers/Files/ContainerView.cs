using Quai.Linux;

namespace Quai.Engine.Containers.Files;

/// <summary>
/// A container's root as it is seen for copying: the same whether it runs or not, and gone when this is disposed, or the daemon.
/// What the container itself mounted, and the kernel's own file systems, do not show, as with Docker.
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
