using Quai.Archives;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Content.Unpack;

/// <summary>Error messages for a layer's entry that cannot be unpacked.</summary>
internal static class LayerErrors
{
    public static QuaiException Outside(TarEntry entry) =>
        QuaiException.Invalid(entry.Type == TarEntryType.HardLink
            ? $"layer entry {entry.DisplayName} (a hard link to {TarText.Show(entry.LinkName)}) leads outside the image's root"
            : $"layer entry {entry.DisplayName} leads outside the image's root");

    public static Exception Failed(string call, int errno, TarEntry entry) => errno switch
    {
        // The machine's fault, not the layer's.
        Errno.ENOSPC or Errno.EDQUOT or Errno.EIO or Errno.EROFS or Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.EPERM =>
            new LinuxException(call, errno, entry.DisplayName),
        _ => QuaiException.Invalid($"layer entry {entry.DisplayName} cannot be unpacked: {call}: {Errno.Message(errno)}", new LinuxException(call, errno)),
    };
}
