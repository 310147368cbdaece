using System.Text;
using Quai.Dockerfiles.Syntax;
using Xunit;

namespace Quai.Dockerfiles.Tests;

/// <summary>Lines, directives, comments, continuations and here-documents.</summary>
public sealed class ReaderTests
{
    [Fact]
    public void Directives_are_read_before_anything_else()
    {
        SyntaxTree tree = Read("# syntax = docker/dockerfile:1\n#unknown=1\n# ESCAPE=`\n# check=skip=all;error=true\nFROM a\nRUN dir `\n C:\\\n");
        Assert.Equal(('`', "docker/dockerfile:1", "skip=all;error=true"), (tree.Directives.Escape, tree.Directives.Syntax, tree.Directives.Check));
        Assert.Equal(["dir  C:\\"], tree.Nodes[1].Arguments);
        Assert.Equal('\\', Read("FROM a\n# escape=`\n").Directives.Escape);
        Assert.Equal('\\', Read("# a comment\n# escape=`\nFROM a\n").Directives.Escape);
    }

    [Theory]
    [InlineData("# escape=x\nFROM a", 1, "invalid escape token 'x' does not match ` or \\")]
    [InlineData("# syntax=a\n# syntax=b\nFROM a", 2, "only one syntax parser directive can be used")]
    [InlineData("FROM a\nENV x", 2, "ENV must have two arguments")]
    [InlineData("FROM a\n\nLABEL a=b c", 3, "Syntax error - can't find = in \"c\". Must be of the form: name=value")]
    [InlineData("FROM a\nRUN <<EOF\necho\n", 2, "unterminated heredoc")]
    [InlineData("FROM a\nCMD [1]", 2, "when using JSON array syntax, arrays must be comprised of strings only")]
    public void What_is_malformed_is_named_with_its_line(string text, int line, string problem)
    {
        DockerfileException refused = Assert.Throws<DockerfileException>(() => Read(text));
        Assert.Equal((line, problem, $"dockerfile parse error on line {line}: {problem}"), (refused.Lines.First, refused.Problem, refused.Message));
    }

    [Fact]
    public void Comments_belong_to_what_they_stand_before()
    {
        SyntaxTree tree = Read("# one\n\n# two\n#  three \nFROM a\nRUN a \\\n# within\n b\n");
        Assert.Equal(["two", "three"], tree.Nodes[0].Comments);
        Assert.Equal(["a  b"], tree.Nodes[1].Arguments);
        Assert.Equal(new LineRange(6, 8), tree.Nodes[1].Lines);
    }

    [Fact]
    public void Lines_of_other_systems_and_marks_of_byte_order_are_read()
    {
        SyntaxTree tree = DockerfileReader.Read([0xef, 0xbb, 0xbf, .. "FROM a\r\nRUN x \\\r\n\r\n  y\r\n"u8]);
        Assert.Equal(("FROM", "x   y"), (tree.Nodes[0].Command, tree.Nodes[1].Arguments[0]));
        Assert.Equal([new LineRange(2, 4)], tree.EmptyContinuations);
    }

    [Fact]
    public void Here_documents_follow_their_instruction()
    {
        SyntaxTree tree = Read("FROM a\nRUN <<EOF 3<<-\"two\" cat\n\techo $x\nEOF\n\t\tindented\n\ttwo\nCOPY <<a.txt <<b.txt /\nA\na.txt\nb.txt\nRUN echo '<<EOF' \"<<EOF\" 1<<<x\nRUN [\"<<EOF\"]\nONBUILD RUN <<E\nlater\nE\n");
        Assert.Equal([new HereDocument("EOF", "\techo $x\n", true, false, 0), new HereDocument("two", "indented\n", false, true, 3)], tree.Nodes[1].HereDocuments);
        Assert.Equal(new LineRange(2, 6), tree.Nodes[1].Lines);
        Assert.Equal([new HereDocument("a.txt", "A\n", true, false, 0), new HereDocument("b.txt", "", true, false, 0)], tree.Nodes[2].HereDocuments);
        Assert.Empty(tree.Nodes[3].HereDocuments);
        Assert.Empty(tree.Nodes[4].HereDocuments);
        Assert.Equal("later\n", Assert.Single(tree.Nodes[5].HereDocuments).Content);
    }

    [Fact]
    public void Anything_at_all_is_read_or_refused()
    {
        var random = new Random(7);
        string[] files = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Data"), "Dockerfile", SearchOption.AllDirectories)];
        for (int i = 0; i < 4000; i++)
        {
            byte[] bytes = File.ReadAllBytes(files[random.Next(files.Length)]);
            for (int change = random.Next(20); change > 0 && bytes.Length > 0; change--)
            {
                int at = random.Next(bytes.Length);
                bytes = random.Next(3) switch
                {
                    0 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(40))..]],
                    1 => [.. bytes[..at], .. Encoding.UTF8.GetBytes(((string[])["\\\n", "<<E", "\"", "'", "[", "# escape=`\n", "--a ", "\0", "=", "ONBUILD "])[random.Next(10)]), .. bytes[at..]],
                    _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                };
            }

            try
            {
                DockerfileReader.Read(bytes);
            }
            catch (DockerfileException)
            {
                // Refused.
            }
        }
    }

    private static SyntaxTree Read(string text) => DockerfileReader.Read(Encoding.UTF8.GetBytes(text));
}
