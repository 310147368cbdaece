using System.Globalization;
using System.Text;
using Quai.Errors;
using Quai.Linux.Modes;

namespace Quai.Daemon.Lifetime;

/// <summary>The file that contains the daemon's process id, so that no second one starts with the same settings and scripts can find it.</summary>
internal sealed class PidFile : IDisposable
{
    private readonly string _path;

    private PidFile(string path) => _path = path;

    /// <summary>Writes it.</summary>
    /// <exception cref="QuaiException">The process it names still runs.</exception>
    public static PidFile Create(string path)
    {
        // A process id is reused after a reboot or a crash: the file counts only while a program with our name has it.
        if (File.Exists(path)
            && int.TryParse(File.ReadAllText(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            && pid != Environment.ProcessId
            && Command(pid) is { } command
            && command == Command(Environment.ProcessId))
        {
            throw QuaiException.Conflict($"ensure quaid is not running or delete {path}: process with PID {pid} is still running");
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
        {
            OwnUmask.Run(OwnUmask.Usual, () => Directory.CreateDirectory(folder));
        }

        Write(path);
        return new PidFile(path);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(_path);

    /// <summary>Everybody may read the number. The file is never written through a link, nor in place while others hold it open: a new one replaces it.</summary>
    private static void Write(string path)
    {
        string fresh = path + "~";
        File.Delete(fresh);
        using (var file = new FileStream(fresh, FileMode.CreateNew, FileAccess.Write))
        {
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        File.Move(fresh, path, overwrite: true);
    }

    // The program's name; null if there is no such process, or only a zombie.
    private static string? Command(int pid)
    {
        try
        {
            // 42 (name) S 1 …
            string status = File.ReadAllText($"/proc/{pid}/stat");
            int open = status.IndexOf('(', StringComparison.Ordinal), close = status.LastIndexOf(')');
            return status.AsSpan(close + 1).TrimStart() is ['Z' or 'X', ..] ? null : status[(open + 1)..close];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
