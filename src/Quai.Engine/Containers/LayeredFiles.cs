using Quai.Images;
using Quai.Linux;
using Quai.Linux.Files;

namespace Quai.Engine.Containers;

/// <summary>
/// Reads small files of a container that may not run, from its layers: the topmost one that has the file decides.
/// Links are followed within a layer only, and never out of it.
/// </summary>
internal sealed class LayeredFiles(Snapshot snapshot)
{
    private const int Limit = 1 << 20;

    /// <summary>A file's text; empty when there is none, it was removed, or it is no file of a sane size.</summary>
    /// <param name="path">Relative to the root.</param>
    public string ReadText(string path)
    {
        foreach (string layer in (string[])[snapshot.Upper, .. snapshot.Lower])
        {
            using FileDescriptor root = RootedFiles.OpenDirectory(Path.Combine(snapshot.Root, layer));
            using FileDescriptor? file = RootedFiles.TryOpen(root, path);
            if (file is null)
            {
                continue;
            }

            // A whiteout is a character device; opening one for reading fails or gives nothing.
            FileInfo info = new($"/proc/self/fd/{file.Number}");
            if ((info.Attributes & FileAttributes.Device) != 0)
            {
                return "";
            }

            using var stream = new FileStream(info.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            if (stream.Length is 0 or > Limit)
            {
                return "";
            }

            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }

        return "";
    }
}
