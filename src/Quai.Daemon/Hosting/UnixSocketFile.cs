using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Sockets;

namespace Quai.Daemon.Hosting;

/// <summary>
/// The file of a unix socket. It is bound under another name next to it, given its owner and mode, and then renamed into place:
/// so it never exists with too wide a mode, and a stale one of a dead daemon is replaced atomically.
/// </summary>
internal sealed class UnixSocketFile(string path) : IDisposable
{
    /// <summary>The name to bind.</summary>
    public string BindPath { get; } = path + "~";

    /// <summary>Checks that nobody listens there, and creates its folder.</summary>
    /// <exception cref="QuaiException">Somebody does.</exception>
    public void Prepare()
    {
        // The socket's group must be able to reach it.
        OwnUmask.Run(OwnUmask.Usual, () => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        File.Delete(BindPath);
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Nobody answers: a leftover.
            return;
        }

        throw QuaiException.Conflict($"can't create unix socket {path}: another process listens there");
    }

    /// <summary>Sets the bound socket's owner and mode and moves it into place.</summary>
    public void Publish(uint group)
    {
        SocketFile.SetGroup(BindPath, group);
        File.SetUnixFileMode(BindPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        SocketFile.MoveTo(BindPath, path);
    }

    /// <summary>Removes the file.</summary>
    public void Dispose() => File.Delete(path);
}
