namespace Quai.BuildClient.Files;

/// <summary>Files that appear when they are complete: they are written beside their place and get their name in the end.</summary>
public static class WholeFile
{
    /// <summary>Writes one.</summary>
    /// <param name="path">The place.</param>
    /// <param name="write">Writes the content.</param>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        string beside = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write);
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
