using System.Globalization;
using Quai.Errors;

namespace Quai.Daemon.Lifetime;

/// <summary>The file that tells the daemon's process id; removed at a clean end.</summary>
internal sealed class PidFile : IDisposable
{
    private readonly string _path;

    private PidFile(string path) => _path = path;

    /// <summary>Writes it.</summary>
    /// <exception cref="QuaiException">The process that it names runs.</exception>
    public static PidFile? Write(string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        try
        {
            if (File.Exists(path) && int.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int other)
                && other != Environment.ProcessId && IsDaemon(other))
            {
                throw QuaiException.Conflict($"failed to start daemon, ensure quaid is not running or delete {path}: process with PID {other} is still running");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new PidFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.System($"failed to start daemon: the pid file {path} cannot be written: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(_path);

    /// <summary>A number is used again after a while: only a quaid counts.</summary>
    private static bool IsDaemon(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim() == "quaid";
        }
        catch (IOException)
        {
            return false;
        }
    }
}
