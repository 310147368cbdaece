using System.Text;
using Quai.Linux;
using Quai.Linux.Kernel;

namespace Quai.RuntimeCommand;

/// <summary>Text to stdout and stderr by write(2): the framework's console would cost more to set up than a container takes to start.</summary>
internal static unsafe class StandardStreams
{
    /// <summary>Writes a line to stdout. Dropped if nobody reads it any more.</summary>
    public static void Out(string line) => Write(1, line);

    /// <summary>Writes a line to stderr.</summary>
    public static void Error(string line) => Write(2, line);

    private static void Write(int descriptor, string line)
    {
        byte[] text = Encoding.UTF8.GetBytes(line + "\n");
        fixed (byte* p = text)
        {
            for (int at = 0; at < text.Length;)
            {
                long written = SystemCall.Waiting(SystemCallNumber.Write, descriptor, (long)(p + at), text.Length - at);
                if (written == -Errno.EINTR)
                {
                    continue;
                }

                if (written <= 0)
                {
                    return;
                }

                at += (int)written;
            }
        }
    }
}
