namespace Kanban.Bus.Board.DeadLetters;

public static class DeadLettersFeature
{
    public static void MapDeadLetters(this RouteGroupBuilder api)
    {
        PostDeadLetter.Map(api);
        ShowDeadLetters.Map(api);
        ResendDeadLetter.Map(api);
        DropDeadLetter.Map(api);
    }
}
