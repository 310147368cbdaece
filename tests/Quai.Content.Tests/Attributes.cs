using System.Text;
using Quai.Linux;

namespace Quai.Content.Tests;

/// <summary>Sets extended attributes.</summary>
internal static unsafe class Attributes
{
    public static void Set(string path, string name, string value)
    {
        using FileDescriptor file = Openat2.Open(FileCalls.AT_FDCWD, path, FileCalls.O_RDONLY | FileCalls.O_CLOEXEC, 0, 0);
        fixed (byte* n = Encoding.UTF8.GetBytes(name + '\0'))
        {
            Assert.Equal(0, Xattrs.TrySet(file.Number, n, Encoding.UTF8.GetBytes(value)));
        }
    }
}
