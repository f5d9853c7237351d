from django.urls import path

from pipeline.advisers import enter, expert, home, sheet, task

app_name = "advisers"

urlpatterns = [
    path("", home.home, name="home"),
    path("reviews", task.tasks, name="tasks"),
    path("reviews/me", expert.expert, name="expert"),
    path("reviews/<uuid:task_key>", task.task, name="task"),
    path("reviews/<uuid:task_key>/<int:position>", sheet.sheet, name="sheet"),
    path("reviews/<uuid:task_key>/enter/<str:mark>", enter.enter, name="enter"),
]
