using System.Text;
using Quai.Cli.CommandLine;
using Quai.Cli.Streams;
using Quai.Linux.Terminals;

namespace Quai.Cli.Registries;

/// <summary>Questions at the terminal.</summary>
internal static class Prompts
{
    private const int Stdin = 0;

    /// <summary>Asks for a line.</summary>
    /// <exception cref="ExitException">There is no terminal, with <paramref name="complaint"/>; or the input ended.</exception>
    public static string Line(Session session, string question, string complaint)
    {
        Require(complaint);
        session.Out.Write(question);
        return ReadLine() ?? throw new ExitException(1, "EOF");
    }

    /// <summary>Asks for a line without echoing it.</summary>
    /// <exception cref="ExitException">There is no terminal, with <paramref name="complaint"/>; or the user cancelled.</exception>
    public static string Secret(Session session, string question, string complaint)
    {
        Require(complaint);
        // The echo is off before the question appears: what answers at once is not shown either.
        byte[] mode = Terminal.MakeRaw(Stdin, keepOutput: true);
        session.Out.Write(question);
        try
        {
            return ReadLine() ?? throw new ExitException(130);
        }
        finally
        {
            Terminal.Restore(Stdin, mode);
            session.Out.Write("\n");
        }
    }

    private static void Require(string complaint)
    {
        if (!Input.IsTerminal)
        {
            throw new ExitException(1, complaint);
        }
    }

    /// <summary>Reads to the end of a line; null at the end of the input or if the user interrupts a raw terminal.</summary>
    private static string? ReadLine()
    {
        var bytes = new List<byte>();
        Span<byte> one = stackalloc byte[1];
        while (true)
        {
            if (Terminal.Read(Stdin, one) <= 0)
            {
                return bytes.Count > 0 ? Encoding.UTF8.GetString([.. bytes]) : null;
            }

            switch (one[0])
            {
                case (byte)'\n' or (byte)'\r':
                    return Encoding.UTF8.GetString([.. bytes]);
                case 3 or 4:
                    return null;
                case 8 or 127:
                    // Deletes a whole character, however many bytes it has.
                    while (bytes.Count > 0 && (bytes[^1] & 0xc0) == 0x80)
                    {
                        bytes.RemoveAt(bytes.Count - 1);
                    }

                    if (bytes.Count > 0)
                    {
                        bytes.RemoveAt(bytes.Count - 1);
                    }

                    break;
                default:
                    bytes.Add(one[0]);
                    break;
            }
        }
    }
}
