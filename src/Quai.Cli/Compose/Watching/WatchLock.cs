using System.Globalization;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects.Remote;

namespace Quai.Cli.Compose.Watching;

/// <summary>Only one watches a project: two would both copy, rebuild and restart. It ends with the process, however that ends.</summary>
internal sealed class WatchLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _theirs;

    private WatchLock(FileStream file, string theirs) => (_file, _theirs) = (file, theirs);

    /// <summary>Takes it.</summary>
    /// <exception cref="ExitException">Another has it, Quai or Docker's compose.</exception>
    public static WatchLock Take(string projectName)
    {
        string folder = Path.Combine(RemoteFolders.Root, "watched"), path = Path.Combine(folder, projectName), holder = path + ".pid";
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileStream file;
        try
        {
            file = new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw Taken(projectName, File.Exists(holder) ? File.ReadAllText(holder) : "unknown");
        }

        // Beside it: what is locked cannot be read.
        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture), theirs = Path.Combine(FolderOfDockers(), projectName + ".pid");
        try
        {
            File.WriteAllText(holder, own);
            if (File.Exists(theirs) && File.ReadAllText(theirs).Trim() is var other && Watches(other))
            {
                throw Taken(projectName, other);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(theirs)!);
            File.WriteAllText(theirs, own);
        }
        catch (ExitException)
        {
            file.Dispose();
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw new ExitException(1, $"cannot take exclusive lock for project \"{projectName}\": {e.Message}");
        }

        return new(file, theirs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(_theirs);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It names a process that is no more, and so is nobody's.
        }

        _file.Dispose();
    }

    private static ExitException Taken(string projectName, string holder) =>
        new(1, $"cannot take exclusive lock for project \"{projectName}\": process with PID {holder} is still running");

    /// <summary>Where Docker's compose keeps who watches a project.</summary>
    private static string FolderOfDockers() => Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } given ? given
        : Path.Combine(Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : "/", ".docker", "docker-compose");

    /// <summary>Whether a process is one that may watch: Docker's compose leaves the file behind, and the number may be another process's by now.</summary>
    private static bool Watches(string pid)
    {
        try
        {
            return pid.Length > 0 && pid.All(char.IsAsciiDigit) && File.ReadAllText($"/proc/{pid}/cmdline").Contains("compose", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
