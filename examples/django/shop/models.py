"""What the shop itself keeps."""

from django.db import models


class Customer(models.Model):
    id = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=255)
    email = models.EmailField()


class Order(models.Model):
    customer = models.ForeignKey(Customer, models.PROTECT)
    item = models.CharField(max_length=255)
    ticket = models.CharField(max_length=64, default="", blank=True)  # of the complaint about it
