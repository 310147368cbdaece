using System.Runtime.InteropServices;
using Quai.Errors;
using Quai.Linux;
using Quai.Runtime.SeccompFilters;

namespace Quai.Engine.Security;

/// <summary>The daemon's own system call profile (<c>--seccomp-profile</c>).</summary>
public static class SeccompProfileFile
{
    /// <summary>Reads and validates it, so that a daemon with an invalid one does not start.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its content.</returns>
    /// <exception cref="QuaiException">It cannot be read, or is not a profile.</exception>
    public static string Read(string path)
    {
        try
        {
            string content = File.ReadAllText(path);
            Check(content);
            return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.Invalid($"opening seccomp profile ({path}) failed: {e.Message}", e);
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"seccomp profile {path}: {e.Message}", e);
        }
    }

    /// <summary>Refuses anything but a profile.</summary>
    /// <exception cref="QuaiException">It is not a profile; the message says why.</exception>
    public static void Check(string content) =>
        SeccompProfileReader.Parse(content, Capabilities.Default.ToHashSet(), RuntimeInformation.OSArchitecture, Environment.OSVersion.Version);
}
