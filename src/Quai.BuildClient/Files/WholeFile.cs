using Quai.Errors;
using Quai.Linux;

namespace Quai.BuildClient.Files;

/// <summary>Files that appear when they are complete: they are written beside their place and get their name in the end.</summary>
public static class WholeFile
{
    /// <summary>Writes one.</summary>
    /// <param name="path">The place.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="QuaiException">There can be no file.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        string beside = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            FileStream stream = Create(beside, path);
            await using (stream.ConfigureAwait(false))
            {
                await write(stream).ConfigureAwait(false);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Makes a folder, where it is not there.</summary>
    /// <exception cref="QuaiException">There can be none.</exception>
    public static void MakeFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.Invalid($"mkdir {path}: {(File.Exists(path) ? "not a directory" : ReasonOf(e))}", e);
        }
    }

    /// <summary>Why a file or a folder cannot be opened or made, as the system says it.</summary>
    public static string ReasonOf(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => Errno.Message(Errno.ENOENT),
        UnauthorizedAccessException => Errno.Message(Errno.EACCES),
        IOException { HResult: > 0 and var number } => Errno.Message(number),
        _ => error.Message,
    };

    private static FileStream Create(string beside, string path)
    {
        try
        {
            return new FileStream(beside, FileMode.CreateNew, FileAccess.Write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.Invalid($"open {path}: {ReasonOf(e)}", e);
        }
    }

    /// <summary>Writes a text.</summary>
    /// <param name="path">The place.</param>
    /// <param name="text">The text.</param>
    public static void WriteText(string path, string text) => WriteBytes(path, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes.</summary>
    /// <param name="path">The place.</param>
    /// <param name="bytes">They.</param>
    public static void WriteBytes(string path, byte[] bytes) =>
        WriteAsync(path, stream =>
        {
            stream.Write(bytes);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();
}
