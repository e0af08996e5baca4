using System.Text.Json;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Events;

public sealed class EventWordsTests
{
    public static readonly TheoryData<string> Kinds = [.. EventTypes.All];

    [Theory]
    [InlineData(EventTypes.TaskCreated, """{"title":"x","status":"todo","priority":5,"parents":["web-1","web-2"]}""", "Made in todo, priority 5, after web-1, web-2.")]
    [InlineData(EventTypes.TaskCreated, """{"title":"x","status":"ready","priority":0,"parents":[]}""", "Made in ready.")]
    [InlineData(EventTypes.TaskMoved, """{"from":"running","to":"blocked","reason":"exit code 3","ended":false}""", "Moved from running to blocked: exit code 3.")]
    [InlineData(EventTypes.TaskMoved, """{"from":"running","to":"done","reason":null,"ended":true}""", "Moved from running to done.")]
    [InlineData(EventTypes.RunEnded, """{"state":"failed","reason":null,"exitCode":3,"attempt":2,"class":"task"}""", "Run 2 failed with exit code 3 (class task).")]
    [InlineData(EventTypes.RunEnded, """{"state":"lost","reason":"no heartbeat","exitCode":null,"attempt":1,"class":"host"}""", "Run 1 was lost (class host): no heartbeat.")]
    [InlineData(EventTypes.RunEnded, """{"state":"succeeded","reason":null,"exitCode":0,"attempt":1,"class":null}""", "Run 1 succeeded.")]
    [InlineData(EventTypes.TaskEdited, """{"priority":{"from":0,"to":5},"maxRuntimeSeconds":{"from":null,"to":60},"body":{"fromBytes":3,"toBytes":9}}""",
        "Changed: priority from 0 to 5; max runtime seconds from none to 60; body from 3 to 9 bytes.")]
    [InlineData(EventTypes.TaskEdited, """{"reason":{"from":"a","to":"b"}}""", "Changed: reason from a to b.")]
    [InlineData(EventTypes.TaskCommentsSeen, """{"comments":["1"]}""", "The run has seen one comment.")]
    [InlineData(EventTypes.TaskAnswered, """{"question":"Which colour?"}""", "Answered the run's question: Which colour?")]
    [InlineData(EventTypes.OrderEdited, """{"weights":{"web":{"from":1,"to":3}},"reason":"a demo"}""", "Weights changed: web from 1 to 3: a demo.")]
    public void An_event_is_told_as_a_sentence(string kind, string data, string sentence) => Assert.Equal(sentence, EventWords.Of(kind, JsonElement.Parse(data)));

    /// <summary>Older rows lack fields; one that a person can't be shown must not take the whole list with it.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_words_of_its_own_even_where_its_row_says_nothing(string kind)
    {
        var text = EventWords.Of(kind, JsonElement.Parse("{}"));

        Assert.Matches("^[A-Z?].+[.?]$", text);
        Assert.True(kind.EndsWith(".edited", StringComparison.Ordinal) || !text.StartsWith("Changed", StringComparison.Ordinal), text);
    }
}
