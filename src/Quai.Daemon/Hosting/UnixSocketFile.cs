using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Sockets;

namespace Quai.Daemon.Hosting;

/// <summary>
/// The file of a unix socket. It is bound under another name beside, given its owner and mode, and then renamed into place:
/// so it never is there with too wide a mode, and a stale one of a daemon that died is replaced in one step.
/// </summary>
internal sealed class UnixSocketFile(string path) : IDisposable
{
    /// <summary>The name to bind.</summary>
    public string BindPath { get; } = path + "~";

    /// <summary>Makes sure that nobody listens there, and makes its folder.</summary>
    /// <exception cref="QuaiException">Somebody does.</exception>
    public void Prepare()
    {
        // Whom the socket's group lets in has to get there.
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

    /// <summary>Gives the bound socket its owner and mode and puts it in its place.</summary>
    public void Publish(uint group)
    {
        SocketFile.GiveTo(BindPath, group);
        File.SetUnixFileMode(BindPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        SocketFile.MoveTo(BindPath, path);
    }

    /// <summary>Takes the file away.</summary>
    public void Dispose() => File.Delete(path);
}
